/** Where the values of arguments come from, by the name the argument has in every command. */
import { networkInterfaces } from 'node:os';
import { type Bus, openBus } from '@iwanto/bus';
import { homePaths } from '@iwanto/service';
import { sizeText } from '@iwanto/wire';
import { recall } from '../remembered.js';
import { shown } from '../print.js';
import { shortHashes } from '../short-hashes.js';
import { FOLDERS } from './scripts.js';

/** Which positional of which command is asked for, and what precedes it. */
export interface Place {
  readonly command: string;
  readonly typed: readonly string[];
}

export interface Suggestion {
  readonly value: string;
  readonly about: string;
}

export type Suggest = Readonly<
  Record<string, ((place: Place) => Promise<readonly Suggestion[]>) | undefined>
>;

/** Somebody is waiting with a finger on the key. */
const ASK_LIMIT_MS = 800;

const FOLDERS_HERE: Suggestion = { value: FOLDERS, about: '' };

const folders = async (place: Place): Promise<readonly Suggestion[]> =>
  place.command === 'unshare' ? sharedFolders() : [FOLDERS_HERE];

export const suggestors: Suggest = {
  path: folders,
  to: folders,
  out: folders,
  share: folders,
  'download-dir': folders,
  interface: async () =>
    Object.entries(networkInterfaces()).map(([value, addresses = []]) => ({
      value,
      about: addresses.map(({ address }) => address).join(' '),
    })),
  hash: ({ command, typed }) => {
    if (typed[0] === 'to') return Promise.resolve([FOLDERS_HERE]);
    return command === 'download' ? contents() : downloads();
  },
  content: contents,
  host: peers,
  peer: ({ command }) => (command === 'wake' ? sleepers() : peers()),
};

/** Nobody reads more than these. */
const RECENT_MAX = 100;

/** What was found lately, and what is being fetched. */
async function contents(): Promise<Suggestion[]> {
  const [fetched, { seen }] = await Promise.all([downloads(), recall()]);
  const found = seen.slice(0, RECENT_MAX);
  const short = shortHashes(found.map(({ hash }) => hash));
  const recent = found.map(({ name }, at) => ({ value: short[at] ?? '', about: shown(name) }));
  const isKnown = (value: string) => recent.some((one) => value.startsWith(one.value));
  return [...recent, ...fetched.filter(({ value }) => !isKnown(value))];
}

const downloads = () =>
  asked(async (bus) => {
    const list = await bus.call('download.list', {}, { limitMs: ASK_LIMIT_MS });
    const short = shortHashes(list.downloads.map(({ hash }) => hash));
    return list.downloads.map(({ name, bytes, state }, at) => ({
      value: short[at] ?? '',
      about: `${shown(name)}, ${sizeText(bytes)}, ${state}`,
    }));
  });

async function peers(): Promise<Suggestion[]> {
  return asked(async (bus) => {
    const list = await bus.call('peers.get', {}, { limitMs: ASK_LIMIT_MS });
    return list.peers
      .filter(({ seen }) => seen !== 'self')
      .map(({ address, name }) => ({ value: address, about: shown(name) }));
  });
}

const sleepers = () =>
  asked(async (bus) => {
    const { hosts } = await bus.call('wake.list', {}, { limitMs: ASK_LIMIT_MS });
    return hosts.map(({ name, peer, mac }) => ({ value: shown(name) || peer, about: mac }));
  });

const sharedFolders = () =>
  asked(async (bus) => {
    const list = await bus.call('share.get', {}, { limitMs: ASK_LIMIT_MS });
    return list.folders.map(({ path, files }) => ({ value: path, about: `${files} files` }));
  });

/** Whatever is wrong is said by the command itself, not while it is typed. */
async function asked(ask: (bus: Bus) => Promise<Suggestion[]>): Promise<Suggestion[]> {
  const bus = await openBus({ runDir: homePaths().runDir, impatient: true });
  try {
    return await ask(bus);
  } catch {
    return [];
  } finally {
    await bus.close();
  }
}
