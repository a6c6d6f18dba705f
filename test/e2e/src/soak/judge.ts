/** What must hold once everything is healed: one leader, and catalogues that match their folders. */
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '@iwanto/wire';
import { type Item, itemsBelow } from './content.js';
import type { SoakPeer } from './soak-peer.js';

const LOOK_EVERY_MS = 500;
/** The most differences listed per host. */
const NAMED_MAX = 3;
const HASHES_MAX = 1_000;

/** Checks repeatedly until nothing is wrong; returns what still is after the time limit, one sentence each. */
export async function wrongAfter(peers: readonly SoakPeer[], limitMs: number): Promise<string[]> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const wrong = await wrongNow(peers).catch((cause: unknown) => [reasonOf(cause)]);
    if (wrong.length === 0 || performance.now() > deadlineMs) return wrong;
    await sleep(LOOK_EVERY_MS);
  }
}

async function wrongNow(peers: readonly SoakPeer[]): Promise<string[]> {
  const leaders = await wrongLeaders(peers);
  if (leaders.length > 0) return leaders;
  const catalogues = peers.map((owner, at) =>
    wrongCatalogue(owner, peers[(at + 1) % peers.length] ?? owner),
  );
  return [...(await Promise.all(catalogues)).flat(), ...(await wrongLeftovers(peers))];
}

/** Every hash that was once in a shared folder. */
const seen = new Set<string>();

/** No content is listed that nobody has any more, neither in a shared folder nor fetched. */
async function wrongLeftovers(peers: readonly SoakPeer[]): Promise<string[]> {
  const hashesIn = (folder: string) => [...itemsBelow(folder).values()].map(({ hash }) => hash);
  const now = new Set(peers.flatMap(({ share, fetched }) => [share, fetched].flatMap(hashesIn)));
  const gone = [...seen].filter((hash) => !now.has(hash)).slice(-HASHES_MAX);
  for (const hash of now) seen.add(hash);
  if (gone.length === 0) return [];
  const contents = await peers[0]?.bus.call('holders', { hashes: gone });
  return (contents?.contents ?? [])
    .slice(0, NAMED_MAX)
    .map(({ hash, count }) => `${count} are said to have ${hash}, which nobody has any more`);
}

/** Exactly one leads, all name it, and all see everybody. */
async function wrongLeaders(peers: readonly SoakPeer[]): Promise<string[]> {
  const views = await Promise.all(peers.map(({ bus }) => bus.call('leader.get', {})));
  const leading = views.filter(({ role }) => role === 'leader').map(({ peer }) => peer);
  const named = new Set(views.map(({ leader }) => leader?.peer));
  const wrong: string[] = [];
  if (leading.length !== 1) wrong.push(`${leading.length} hosts lead`);
  if (named.size !== 1 || !named.has(leading[0]))
    wrong.push(`named as leaders: ${[...named].join(', ')}`);
  const lists = await Promise.all(peers.map(({ bus }) => bus.call('peers.get', {})));
  for (const [at, { peers: seen }] of lists.entries()) {
    const members = seen.filter(({ member }) => member).length;
    if (members !== peers.length) wrong.push(`${peers[at]?.name} sees ${members} members`);
  }
  return wrong;
}

/** What another host sees, and what the leader's tracker knows about it, compared with its disk. */
async function wrongCatalogue(owner: SoakPeer, asker: SoakPeer): Promise<string[]> {
  const disk = itemsBelow(owner.share);
  const { peer } = await owner.bus.call('leader.get', {});
  const listed = await listedBy(asker, peer);
  const paths = new Set([...disk.keys(), ...listed.keys()]);
  const differing = [...paths].filter((path) => !isSame(disk.get(path), listed.get(path)));
  const wrong = differing.map((path) => {
    const [is, said] = [disk.get(path), listed.get(path)].map((item) => JSON.stringify(item));
    return `${owner.name}: "${path}" is ${is ?? 'not there'}, and said to be ${said ?? 'not there'}`;
  });
  const hashes = [...new Set([...disk.values()].map(({ hash }) => hash))].slice(0, HASHES_MAX);
  if (hashes.length === 0) return wrong.slice(0, NAMED_MAX);
  const { contents } = await asker.bus.call('holders', { hashes: hashes });
  const held = new Set(
    contents.flatMap(({ hash, peers, count }) =>
      peers.includes(peer) || count > peers.length ? [hash as string] : [],
    ),
  );
  const unknown = hashes.filter((hash) => !held.has(hash));
  wrong.push(
    ...unknown.map((hash) => `${owner.name}: the leader does not know that it has ${hash}`),
  );
  return wrong.slice(0, NAMED_MAX);
}

const isSame = (one: Item | undefined, other: Item | undefined): boolean =>
  one?.kind === other?.kind && one?.hash === other?.hash && one?.size === other?.size;

async function listedBy(asker: SoakPeer, peer: string): Promise<Map<string, Item>> {
  const items = new Map<string, Item>();
  const look = async (inside: string): Promise<void> => {
    for (let [more, after] = [true, '']; more;) {
      const path = `shared${inside === '' ? '' : `/${inside}`}`;
      const page = await asker.bus.call('peer.list', { peer: peer, path, after });
      for (const { name, kind, hash, size } of page.entries) {
        const at = inside === '' ? name : `${inside}/${name}`;
        items.set(at, { kind, hash: hash ?? 'not yet', size });
        if (kind === 'directory') await look(at);
      }
      more = page.more;
      after = page.entries.at(-1)?.name ?? '';
    }
  };
  await look('');
  return items;
}
