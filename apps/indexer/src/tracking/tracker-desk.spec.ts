/** How the desk reacts to the election's news. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { KnownPeer, Leadership } from '@iwanto/bus';
import { Tracker } from '@iwanto/tracker';
import {
  type Announcement,
  type BootId,
  type CatalogId,
  type FileHash,
  type Peer,
  type PeerId,
  type PublicKey,
  type SearchQuestion,
  allTurns,
} from '@iwanto/wire';
import { RELEASE_AFTER_MS, STRANGER_LIMIT_MS, TrackerDesk } from './tracker-desk.js';

const peerOf = (letter: string) => letter.repeat(20) as PeerId;
const [SELF, ANNE, BEN] = ['a', 'b', 'c'].map(peerOf) as [PeerId, PeerId, PeerId];
const HASH = '1'.repeat(64) as FileHash;
let nowMs = 0;

const at = (peer: PeerId, part: Partial<KnownPeer> = {}): KnownPeer => ({
  ...{ peer, address: '10.0.0.7', electionPort: 1, indexerPort: 2, transferPort: 3, name: 'x' },
  ...{ curveKey: peer.slice(0, 1).repeat(64) as PublicKey, seen: 'roster', member: true },
  ...{ sinceSeconds: 1, roundTripMs: 1, catalogue: null },
  ...part,
});
const leadership = (leader: Peer | null, standbys: Peer[]): Leadership => ({
  ...{ revision: 1, peer: SELF, boot: 'b'.repeat(16) as BootId, epoch: 1 },
  ...{ role: 'follower', leader, standbys },
});

const desks: TrackerDesk[] = [];
const newDesk = (onInfo?: (line: string) => void) => {
  nowMs = 0;
  const desk = new TrackerDesk({ peer: SELF, nowMs: () => nowMs, ...(onInfo && { onInfo }) });
  desks.push(desk);
  return desk;
};
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
});
const apply = (desk: TrackerDesk, announcement: Announcement) => allTurns(desk.apply(announcement));
const searched = (desk: TrackerDesk, question: SearchQuestion) => allTurns(desk.search(question));
const located = (desk: TrackerDesk) => allTurns(desk.locate(HASH));
const share = (desk: TrackerDesk, peer: PeerId, more = false) =>
  apply(desk, {
    ...{ peer, catalogId: '1'.repeat(16) as CatalogId, since: 0, revision: 1, more, gone: [] },
    entries: [{ path: 'a/film', kind: 'file', hash: HASH, size: 1 }],
  });

describe('the desk', () => {
  test('says in the log who becomes searchable, and who no longer is, once each', () => {
    const lines: string[] = [];
    const desk = newDesk((line) => lines.push(line));
    desk.followPeers([at(ANNE)]);
    share(desk, ANNE);
    desk.held(ANNE);
    desk.followPeers([]);
    desk.followPeers([]);
    expect(lines).toEqual([
      `Peer ${ANNE} is searchable: 1 entries.`,
      `Peer ${ANNE} is no longer searchable.`,
    ]);
  });

  test('names a holder where the election sees it, and leaves out who cannot send', () => {
    const desk = newDesk();
    for (const peer of [SELF, ANNE, BEN]) share(desk, peer);
    desk.followPeers([at(ANNE, { address: '10.0.0.9' }), at(BEN, { transferPort: 0 })]);
    expect(located(desk).holders).toEqual([
      { peer: ANNE, address: '10.0.0.9', port: 3, curveKey: 'b'.repeat(64) },
    ]);
  });

  test('HOSTILE 108: 270 names of one host do not keep the one honest holder from being named', () => {
    const desk = newDesk();
    const crowd = Array.from(
      { length: 270 },
      (_, at) => at.toString(16).padStart(20, '0') as PeerId,
    );
    for (const peer of [...crowd, ANNE]) share(desk, peer);
    desk.followPeers([
      ...crowd.map((peer) => at(peer, { address: '10.0.0.66' })),
      at(ANNE, { address: '10.0.0.9' }),
    ]);
    const first = located(desk).holders;
    expect(first.slice(0, 2).map(({ peer }) => peer)).toContain(ANNE);
    const others = located(desk).holders.filter(
      ({ peer }) => !first.some((one) => one.peer === peer),
    );
    expect(others.length).toBeGreaterThan(0);
  });

  test('HOSTILE 110: who is not a member announces nothing', () => {
    const desk = newDesk();
    expect(() => desk.mustBeMember(ANNE)).toThrow('not a member');
    desk.followPeers([at(ANNE, { member: false })]);
    expect(() => desk.mustBeMember(ANNE)).toThrow('not a member');
    desk.followPeers([at(ANNE)]);
    expect(desk.mustBeMember(ANNE)).toBeUndefined();
    expect(desk.mustBeMember(SELF)).toBeUndefined();
  });

  test('names who is still fetching as a source, but does not count it as a holder', () => {
    const desk = newDesk();
    share(desk, ANNE);
    desk.followPeers([at(ANNE), at(BEN)]);
    const told = { peer: BEN, catalogId: '2'.repeat(16) as CatalogId, more: false };
    const entry = { path: 'downloads/1/film', kind: 'file' as const, hash: HASH, size: 1 };
    apply(desk, {
      ...told,
      since: 0,
      revision: 1,
      gone: [],
      entries: [{ ...entry, partial: true }],
    });
    const holders = () => located(desk).holders.map(({ peer }) => peer);
    expect(holders()).toEqual([ANNE, BEN]);
    expect(searched(desk, { query: 'film', limit: 1 }).results).toMatchObject([{ peers: 1 }]);
    apply(desk, { ...told, since: 1, revision: 2, gone: [], entries: [entry] });
    expect(searched(desk, { query: 'film', limit: 1 }).results).toMatchObject([{ peers: 2 }]);
    apply(desk, { ...told, since: 2, revision: 3, gone: [entry.path], entries: [] });
    expect(holders()).toEqual([ANNE]);
    apply(desk, {
      ...told,
      since: 3,
      revision: 4,
      gone: [],
      entries: [{ ...entry, partial: true }],
    });
    desk.followPeers([at(ANNE)]);
    desk.followPeers([at(ANNE), at(BEN)]);
    expect(holders()).toEqual([ANNE]);
  });

  test('answers with as many results as one message holds, and says how many there are', () => {
    const desk = newDesk();
    const entries = Array.from({ length: 9_000 }, (_, place) => ({
      ...{ path: `a/film ${'x'.repeat(200)} ${place}`, kind: 'file' as const, size: 1 },
      hash: place.toString(16).padStart(64, '0') as FileHash,
    }));
    for (let since = 0; since < 9_000; since += 1_000)
      apply(desk, {
        ...{ peer: ANNE, catalogId: '1'.repeat(16) as CatalogId, since, revision: since + 1_000 },
        ...{ more: false, entries: entries.slice(since, since + 1_000), gone: [] },
      });
    const answer = searched(desk, { query: 'film', limit: 10_000 });
    expect(answer.total).toBe(9_000);
    expect(answer.results.length).toBeGreaterThan(1_500);
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(1_000_000);
  });

  test('is partial until every member with an indexer is held to its end', () => {
    const desk = newDesk();
    desk.followPeers([at(ANNE), at(BEN, { indexerPort: 0 })]);
    expect(searched(desk, { query: 'film', limit: 1 }).partial).toBe(true);
    share(desk, ANNE, true);
    expect(searched(desk, { query: 'film', limit: 1 }).partial).toBe(true);
    apply(desk, {
      ...{ peer: ANNE, catalogId: '1'.repeat(16) as CatalogId, since: 1, revision: 2 },
      ...{ more: false, entries: [], gone: [] },
    });
    expect(searched(desk, { query: 'film', limit: 1 }).partial).toBe(false);
    const keepAlive = (letter: string, revision: number) =>
      desk.followPeers([
        at(SELF, { indexerPort: 0 }),
        at(ANNE, { catalogue: { catalogId: letter.repeat(16) as CatalogId, revision } }),
      ]);
    keepAlive('1', 3);
    expect(searched(desk, { query: 'film', limit: 1 }).partial).toBe(true);
    keepAlive('1', 2);
    expect(searched(desk, { query: 'film', limit: 1 }).partial).toBe(false);
    keepAlive('2', 9);
    expect(searched(desk, { query: 'film', limit: 1 }).partial).toBe(false);
  });

  test('forgets at once who left, and after a while who never came', () => {
    const desk = newDesk();
    desk.followPeers([at(ANNE), at(BEN)]);
    share(desk, ANNE);
    desk.followPeers([at(ANNE, { member: false }), at(BEN)]);
    expect(searched(desk, { query: 'film', limit: 1 }).total).toBe(0);
    share(desk, ANNE);
    desk.tidy();
    expect(searched(desk, { query: 'film', limit: 1 }).total).toBe(1);
    nowMs = STRANGER_LIMIT_MS + 1;
    desk.tidy();
    expect(searched(desk, { query: 'film', limit: 1 }).total).toBe(0);
  });

  test('remembers who left under its name, shows it to who asks for it, and takes it back whole', () => {
    const lines: string[] = [];
    let dateMs = 0;
    const left = { dateMs: () => dateMs, keepMs: () => 3_600_000 };
    const desk = new TrackerDesk({
      ...{ peer: SELF, nowMs: () => nowMs, left, onInfo: (line: string) => lines.push(line) },
    });
    desks.push(desk);
    const [anne, ben] = [at(ANNE, { name: 'anne' }), at(BEN, { name: 'ben' })];
    desk.followPeers([anne, ben]);
    for (const peer of [ANNE, BEN]) share(desk, peer);
    const counted = desk.added('', 0);
    const seen = (filters = {}) =>
      searched(desk, { query: 'film', limit: 5, withLeft: true, filters }).results[0];

    desk.followPeers([ben]);
    expect(seen()).toMatchObject({ peers: 1 });
    expect(seen()?.seen).toBeUndefined();
    desk.followPeers([]);
    dateMs = 120_000;
    expect(seen()).toMatchObject({ peers: 0, where: { peers: [] }, seen: { secondsAgo: 120 } });
    expect(
      seen()
        ?.seen?.peers.map(({ name }) => name)
        .sort(),
    ).toEqual(['anne', 'ben']);
    expect(seen({ peer: 'anne' })).toBeDefined();
    expect(searched(desk, { query: 'film', limit: 5 }).results).toEqual([]);
    expect(() => located(desk)).toThrow('Nobody who is here has film; it was seen 2 min ago');

    desk.followPeers([ben]);
    expect(desk.held(BEN).revision).toBe(1);
    expect(seen()).toMatchObject({ peers: 1, where: { peers: [{ name: 'ben' }] } });
    expect(desk.added(counted.id, counted.next).lost).toBe(true);
    expect(lines.at(-1)).toBe(`Peer ${BEN} is searchable again.`);

    dateMs = 3_600_000;
    desk.tidy();
    desk.followPeers([]);
    dateMs = 7_200_000;
    desk.tidy();
    expect(seen()).toBeUndefined();
  });

  test('answers other peers only while it leads or is the first to take over', () => {
    const desk = newDesk();
    expect(() => desk.mustServe()).toThrow('does not lead');
    desk.followLeadership(leadership(at(ANNE), [at(BEN), at(SELF)]));
    expect(() => desk.mustServe()).toThrow(`${ANNE} does`);
    desk.followLeadership(leadership(at(ANNE), [at(SELF)]));
    expect(desk.mustServe()).toBeUndefined();
    desk.followLeadership(leadership(at(SELF), []));
    expect(desk.mustServe()).toBeUndefined();
  });

  test('a standby searches once before it is asked; a leader and other members do not', async () => {
    const searching = jest.spyOn(Tracker.prototype, 'searching');
    const roles = [
      leadership(at(SELF), [at(ANNE)]),
      leadership(at(ANNE), [at(BEN), at(SELF)]),
      leadership(at(ANNE), [at(SELF)]),
    ];
    const counts: number[] = [];
    for (const role of roles) {
      searching.mockClear();
      const desk = newDesk();
      desk.followPeers([at(ANNE)]);
      desk.followLeadership(role);
      share(desk, ANNE);
      for (let turn = 0; turn < 50; turn += 1) await nextTurn();
      desk.tidy();
      for (let turn = 0; turn < 50; turn += 1) await nextTurn();
      counts.push(searching.mock.calls.length);
    }
    searching.mockRestore();
    // The name, and nearly the name.
    expect(counts).toEqual([0, 0, 2]);
  });

  test('lets go of everything when it has served nobody for a while', () => {
    const desk = newDesk();
    desk.followPeers([at(ANNE)]);
    desk.followLeadership(leadership(at(SELF), []));
    share(desk, ANNE);
    desk.followLeadership(leadership(at(ANNE), []));
    nowMs = RELEASE_AFTER_MS;
    desk.tidy();
    expect(desk.held(ANNE).revision).toBe(1);
    nowMs += 1;
    desk.tidy();
    expect(desk.held(ANNE).revision).toBe(0);
  });
});
