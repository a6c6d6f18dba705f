/** Peers that the user trusts among very many others, over real lines: they stay in what is shown (issue 14). */
import { expect, test } from '@jest/globals';
import type { KnownPeer } from '@iwanto/bus';
import {
  type CatalogueEntry,
  type FileHash,
  HOLDERS_MAX,
  HOLDERS_NAMED_MAX,
  type PeerId,
  type PeerVerbs,
  type QuestionOf,
  WHERE_PEERS_MAX,
  allTurns,
} from '@iwanto/wire';
import { atTheEnd, linesOf, newKeys, startPeer } from '../testing/peer-lines.js';
import { holders } from '../verbs/holders.js';
import { locate } from '../verbs/locate.js';
import { search } from '../verbs/search.js';
import { DirectLocate } from './direct-locate.js';
import { ShownContents } from './shown.js';
import { TrackerDesk } from './tracker-desk.js';
import { TrustedPeers } from './trusted-peers.js';

const [SELF, LEADER] = ['a', 'b'].map((one) => one.repeat(20)) as [PeerId, PeerId];
/** The last of all ids: whatever is sorted by id names it last. */
const FRIEND = 'f'.repeat(20) as PeerId;
const WANTED = 'ab'.repeat(32) as FileHash;
const hashOf = (at: number) => at.toString(16).padStart(64, '0') as FileHash;
const crowdOf = (count: number) =>
  Array.from({ length: count }, (_, at) => at.toString(16).padStart(20, '0') as PeerId);

const file = (path: string, hash: FileHash): CatalogueEntry => ({
  ...{ path, hash, kind: 'file', size: 7 },
});

/** A leader that knows what these peers share, and a host that asks it and trusts one peer, or nobody. */
async function lan(
  shares: ReadonlyMap<PeerId, readonly CatalogueEntry[]>,
  { trusts = true, friend }: { trusts?: boolean; friend?: KnownPeer } = {},
) {
  const desk = new TrackerDesk({ peer: LEADER, nowMs: () => 0 });
  atTheEnd(() => desk.close());
  const heard: { verb: string; question: QuestionOf<PeerVerbs, 'search' | 'holders'> }[] = [];
  const leader = await startPeer(LEADER, {
    search: (question) => {
      heard.push({ verb: 'search', question });
      return desk.search(question);
    },
    holders: (question) => {
      heard.push({ verb: 'holders', question });
      return desk.holders(question);
    },
    locate: ({ hash }) => desk.locate(hash),
  });
  const members = [...shares.keys()].map((peer, at): KnownPeer => {
    if (peer === FRIEND && friend) return friend;
    return { ...leader, peer, address: `10.0.${at >> 8}.${at & 255}` };
  });
  desk.followPeers(members);
  for (const [peer, entries] of shares) {
    const catalogue = { catalogId: '1'.repeat(16) as never, since: 0, revision: 1 };
    allTurns(desk.apply({ peer, ...catalogue, more: false, gone: [], entries: [...entries] }));
  }
  const { line } = linesOf(SELF, { leader, standbys: [] });
  const shown = new ShownContents(() => 0);
  const isTrusted = (peer: PeerId) => trusts && peer === FRIEND;
  const trusted = new TrustedPeers({ self: SELF, isTrusted, members: () => members });
  const direct = new DirectLocate({
    ...{ self: SELF, keys: newKeys(), nowMs: () => 0, members: () => members },
  });
  const knownHere = (peer: PeerId) => members.find((known) => known.peer === peer);
  const ask = {
    search: search({ line, self: SELF, shown, trusted, isBlocked: () => false }),
    holders: holders({ line, trusted }),
    locate: locate({ leaderLine: line, direct, knownHere, shown, trusted }),
  };
  return { ask, heard };
}

const NAME = 'quarterly report.pdf';

test('HOSTILE 240: a thousand better and equal names of strangers do not keep what a trusted peer has from being shown', async () => {
  const crowd = crowdOf(20).map((peer, of) => {
    const entries = Array.from({ length: 50 }, (_, at) =>
      file(`s/${of} ${at}/${NAME}`, hashOf(of * 50 + at)),
    );
    return [peer, entries] as const;
  });
  const own = [
    file('papers/quarterly report of last year, draft.pdf', hashOf(5_000)),
    file(`papers/${NAME}`, WANTED),
  ];
  const shares = new Map<PeerId, CatalogueEntry[]>([...crowd, [FRIEND, own]]);
  const question = { query: 'quarterly report', limit: 20 };
  const rowsOf = async (trusts: boolean) => {
    const { ask, heard } = await lan(shares, { trusts });
    const answer = await ask.search(question);
    return { ...answer, asked: heard.length };
  };
  const { results, total, asked } = await rowsOf(true);
  // An equal name comes first, a poorer one is not crowded out; most of the rest is as good as it was.
  expect(results[0]).toMatchObject({ hash: WANTED, where: { peers: [{ peer: FRIEND }] } });
  expect(results.map(({ hash }) => hash)).toContain(hashOf(5_000));
  expect([results.length, total, asked]).toEqual([20, 1_002, 2]);
  expect(results.map(({ group }, at) => group === at)).not.toContain(false);
  const without = await rowsOf(false);
  expect(without.results.map(({ hash }) => hash)).not.toContain(hashOf(5_000));
  expect(without.asked).toBe(1);
});

test('HOSTILE 240: a trusted peer is named among very many that have a content; where all are named, no leader hears of it', async () => {
  const crowd = crowdOf(1_000);
  const all = new Map([...crowd, FRIEND].map((peer) => [peer, [file(`s/${NAME}`, WANTED)]]));
  const { results } = await (await lan(all)).ask.search({ query: NAME, limit: 20 });
  expect(results).toMatchObject([{ hash: WANTED, peers: 1_001 }]);
  expect(results[0]?.where.peers).toHaveLength(WHERE_PEERS_MAX);
  expect(results[0]?.where.peers[0]?.peer).toBe(FRIEND);

  const few = new Map([...crowd.slice(0, 2), FRIEND].map((peer) => [peer, all.get(peer) ?? []]));
  const { ask, heard } = await lan(few);
  await ask.search({ query: NAME, limit: 20 });
  expect(JSON.stringify(heard)).not.toContain(FRIEND);
  expect(heard).toHaveLength(1);
});

test('HOSTILE 241: a trusted holder is found among more than can be named, and the leader does not hear whom this host trusts', async () => {
  const crowd = crowdOf(HOLDERS_MAX + 500);
  const all = new Map([...crowd, FRIEND].map((peer) => [peer, [file('s/film.mkv', WANTED)]]));
  const content = { kind: 'file' as const, size: 7, name: 'film.mkv' };
  const friend = await startPeer(FRIEND, { own: () => ({ content }) });
  const { ask, heard } = await lan(all, { friend });
  const { holders: named } = await ask.locate({ hash: WANTED });
  expect(named).toHaveLength(HOLDERS_MAX);
  expect(named[0]).toMatchObject({ peer: FRIEND, address: '127.0.0.1' });
  expect(heard).toEqual([]);
});

test('HOSTILE 241: what a trusted peer claims stands beside more claims of others than can be named', async () => {
  const crowd = crowdOf(20).map((peer, at): [PeerId, CatalogueEntry[]] => [
    peer,
    [{ ...file('s/film.mkv', WANTED), size: 10 + (at >> 1) }],
  ]);
  const own = [file('s/film.mkv', WANTED)];
  const content = { kind: 'file' as const, size: 7, name: 'film.mkv' };
  const friend = await startPeer(FRIEND, { own: () => ({ content }) });
  const { ask } = await lan(new Map([...crowd, [FRIEND, own]]), { friend });
  const { others = [] } = await ask.locate({ hash: WANTED });
  expect(others[0]).toMatchObject({ size: 7, holders: [{ peer: FRIEND }] });
});

test('HOSTILE 242: "have" names a trusted peer among very many', async () => {
  const crowd = crowdOf(100);
  const all = new Map([...crowd, FRIEND].map((peer) => [peer, [file('s/film.mkv', WANTED)]]));
  const { contents } = await (await lan(all)).ask.holders({ hashes: [WANTED, hashOf(1)] });
  expect(contents).toMatchObject([{ hash: WANTED, count: 101 }]);
  expect(contents[0]?.peers[0]).toBe(FRIEND);
  expect(contents[0]?.peers).toHaveLength(HOLDERS_NAMED_MAX);
});
