/** What a service runs by: the configuration, and the keys of groups, which are in a file of their own. */
import { Failure } from '@iwanto/wire';
import { type LoadedConfig, loadConfig, readConfig } from './config.js';
import type { Config } from './config-schema.js';
import { type Group, keyCheck, keysOf } from './group-key.js';
import { loadGroups } from './groups.js';
import type { Paths } from './paths.js';

export interface ConfigInForce extends Config {
  readonly groups: readonly Group[];
}

export interface LoadedInForce {
  readonly config: ConfigInForce;
  readonly warnings: readonly string[];
}

/** Throws if the mode cannot be enforced because the key of its group is absent: nothing falls back to open (HOSTILE 157). */
export const loadInForce = async (paths: Paths): Promise<LoadedInForce> =>
  withGroups(paths, await loadConfig(paths));

/** The same without creating anything. */
export const readInForce = async (paths: Paths): Promise<LoadedInForce> =>
  withGroups(paths, await readConfig(paths));

async function withGroups(
  paths: Paths,
  { config, warnings }: LoadedConfig,
): Promise<LoadedInForce> {
  const inForce = { ...config, groups: await loadGroups(paths) };
  refuseAbsentGroup(inForce);
  return { config: inForce, warnings };
}

/** The group that this peer as a whole is in; undefined in other modes. */
export const groupOfMode = ({ mode, group, groups }: ConfigInForce): Group | undefined =>
  mode === 'group' ? groups.find(({ name }) => name === group) : undefined;

/** What the election says of its datagrams in this mode: news of an election that still runs in another one is not believed. */
export function sealedBy(config: ConfigInForce): string | undefined {
  const group = groupOfMode(config);
  return group && [group.name, ...keysOf(group).map(keyCheck)].join(' ');
}

function refuseAbsentGroup(config: ConfigInForce): void {
  if (config.mode !== 'group' || groupOfMode(config)) return;
  const { group } = config;
  throw new Failure(
    'E_BAD_REQUEST',
    group === ''
      ? 'The mode is "group", but no group is named: "iwanto group join NAME" does both.'
      : `The mode is "group", but this host has no key of the group ${group}: run "iwanto group add ${group}".`,
  );
}
