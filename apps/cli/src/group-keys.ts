/** The keys of groups on this host: what `iwanto group` changes, and how the services take it over. */
import {
  type ConfigInForce,
  type Group,
  type GroupName,
  type Paths,
  changeGroups,
  groupKeyOf,
  keyCheck,
  readConfig,
  loadGroups,
} from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { changeConfig, reloadServices } from './change-config.js';
import { passphraseFor } from './passphrase.js';

/** A group as it is shown: of its key the check alone. */
export interface ShownGroup {
  readonly name: GroupName;
  readonly key: string;
  /** The check of the key before a change of the passphrase, while it is accepted. */
  readonly previous: string | null;
  /** True if the whole peer is in it. */
  readonly joined: boolean;
}

export interface Changed extends ShownGroup {
  /** A passphrase that was made here; null if the user gave one. */
  readonly passphrase: string | null;
}

type Mode = Pick<ConfigInForce, 'mode' | 'group'>;

const isJoined = ({ mode, group }: Mode, name: GroupName) => mode === 'group' && group === name;

const shownGroup = ({ name, key, previous }: Group, mode: Mode): ShownGroup => ({
  name,
  key: keyCheck(key),
  previous: previous === null ? null : keyCheck(previous),
  joined: isJoined(mode, name),
});

export async function listGroups(paths: Paths): Promise<ShownGroup[]> {
  const [{ config }, groups] = await Promise.all([readConfig(paths), loadGroups(paths)]);
  return groups.map((group) => shownGroup(group, config));
}

/** The group as it is known here; throws E_NOT_FOUND if it is not. */
export async function knownGroup(paths: Paths, name: GroupName): Promise<Group> {
  return found(await loadGroups(paths), name);
}

function found(groups: readonly Group[], name: GroupName): Group {
  const group = groups.find((one) => one.name === name);
  if (group) return group;
  const sentence = `This host has no key of a group ${name}: "iwanto group add ${name}" adds it.`;
  throw new Failure('E_NOT_FOUND', sentence);
}

/** Adding it again with the same passphrase changes nothing, so that a unit of systemd can do it at each start. */
export async function addGroup(
  paths: Paths,
  name: GroupName,
  file: string | undefined,
): Promise<Changed> {
  const { passphrase, isMade } = await passphraseFor(name, file);
  const key = await groupKeyOf(name, passphrase);
  const group = await keep(paths, name, (groups) => {
    const before = groups.find((one) => one.name === name);
    if (before === undefined) return { name, key, previous: null };
    if (before.key === key) return before;
    throw new Failure(
      'E_EXISTS',
      `The group ${name} has another passphrase here: "iwanto group rotate ${name}" changes it.`,
    );
  });
  return { ...group, passphrase: isMade ? passphrase : null };
}

/** From now on the new key is accepted beside the old one. */
export async function rotateGroup(
  paths: Paths,
  name: GroupName,
  file: string | undefined,
): Promise<Changed> {
  await knownGroup(paths, name);
  const { passphrase, isMade } = await passphraseFor(name, file);
  const key = await groupKeyOf(name, passphrase);
  const group = await keep(paths, name, (groups) => {
    const before = found(groups, name);
    if (before.key === key) return before;
    if (before.previous === null) return { name, key, previous: before.key };
    throw new Failure(
      'E_BAD_REQUEST',
      `The passphrase of ${name} is already being changed: finish that first with "iwanto group rotate ${name} --finish".`,
    );
  });
  return { ...group, passphrase: isMade ? passphrase : null };
}

/** From now on the new key alone is accepted. */
export async function finishRotation(paths: Paths, name: GroupName): Promise<Changed> {
  const group = await keep(paths, name, (groups) => {
    const before = found(groups, name);
    if (before.previous !== null) return { ...before, previous: null };
    const sentence = `The passphrase of ${name} is not being changed: "iwanto group rotate ${name}" starts a change.`;
    throw new Failure('E_BAD_REQUEST', sentence);
  });
  return { ...group, passphrase: null };
}

export async function removeGroup(paths: Paths, name: GroupName): Promise<void> {
  const { config } = await readConfig(paths);
  if (isJoined(config, name)) {
    const sentence = `This host is in the group ${name}: "iwanto group leave" first makes it an open peer again.`;
    throw new Failure('E_BAD_REQUEST', sentence);
  }
  const share = config.groupShares.find(({ group }) => group === name);
  if (share) {
    const sentence = `${share.path} is shared with the group ${name}: stop that first with "iwanto unshare".`;
    throw new Failure('E_BAD_REQUEST', sentence);
  }
  await changeGroups(paths, (groups) => {
    const group = found(groups, name);
    return groups.filter((one) => one !== group);
  });
  await reloadServices();
}

export async function joinGroup(paths: Paths, name: GroupName): Promise<ShownGroup> {
  const group = await knownGroup(paths, name);
  const mode = { mode: 'group', group: name } as const;
  await changeConfig(paths, mode);
  return shownGroup(group, mode);
}

/** Returns the peer to open mode; the key is kept. Null if it was in no group. */
export async function leaveGroup(paths: Paths): Promise<string | null> {
  const { mode, group } = (await readConfig(paths)).config;
  if (mode !== 'group') return null;
  await changeConfig(paths, { mode: undefined, group: undefined });
  return group;
}

/** Replaces the group of that name. */
const withGroup = (groups: readonly Group[], group: Group): Group[] =>
  [...groups.filter(({ name }) => name !== group.name), group].toSorted((one, other) =>
    one.name < other.name ? -1 : 1,
  );

async function keep(
  paths: Paths,
  name: GroupName,
  change: (groups: readonly Group[]) => Group,
): Promise<ShownGroup> {
  const { config } = await readConfig(paths);
  const groups = await changeGroups(paths, (before) => withGroup(before, change(before)));
  await reloadServices();
  return shownGroup(found(groups, name), config);
}
