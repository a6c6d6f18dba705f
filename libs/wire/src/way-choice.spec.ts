/** Direct before reversed before relayed, each with a head start, and the next as soon as all before it failed. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PeerId } from './ids.js';
import { RelayChoice } from './relay-choice.js';
import { RELAYS_TRIED_MAX, type Way, WayChoice, type WaysThere } from './way-choice.js';

const ANNA = 'aa'.repeat(10) as PeerId;
const BEN = 'bb'.repeat(10) as PeerId;
const direct: Way = { kind: 'direct' };
const reversed: Way = { kind: 'reversed' };
const through = (relay: PeerId): Way => ({ kind: 'relayed', relay });

const choice = (there: Partial<WaysThere>) =>
  new WayChoice({ isReversible: true, relays: [ANNA, BEN], last: undefined, ...there });

/** What starts when, if every way is silent. */
function timesOf(chosen: WayChoice): [number, Way][] {
  const begun: [number, Way][] = chosen.begin(0).map((way) => [0, way]);
  for (let nowMs = chosen.dueMs; nowMs !== undefined; nowMs = chosen.dueMs)
    for (const way of chosen.tick(nowMs)) begun.push([nowMs, way]);
  return begun;
}

describe('the ways to another host', () => {
  test('begin one after the other while all are silent', () => {
    expect(timesOf(choice({}))).toEqual([
      [0, direct],
      [250, reversed],
      [750, through(ANNA)],
      [1_250, through(BEN)],
    ]);
  });

  test('a refusal makes the next begin immediately', () => {
    const chosen = choice({});
    expect(chosen.begin(0)).toEqual([direct]);
    expect(chosen.failed(1)).toEqual([reversed]);
    expect(chosen.tick(100)).toEqual([]);
    expect(chosen.failed(101)).toEqual([through(ANNA)]);
    expect(chosen.failed(102)).toEqual([through(BEN)]);
    expect([chosen.isOver, chosen.failed(103), chosen.isOver]).toEqual([false, [], true]);
  });

  test('the way that led there last begins beside the direct one', () => {
    expect(timesOf(choice({ last: through(BEN) }))).toEqual([
      [0, direct],
      [0, through(BEN)],
      [250, reversed],
      [750, through(ANNA)],
    ]);
    expect(timesOf(choice({ last: reversed, relays: [] }))).toEqual([
      [0, direct],
      [0, reversed],
    ]);
  });

  test('a relay that is no longer there, or a host that nobody can be asked about, leaves the direct way', () => {
    const last = through('cc'.repeat(10) as PeerId);
    expect(timesOf(choice({ isReversible: false, relays: [], last }))).toEqual([[0, direct]]);
  });

  test('every way is begun once, in any order of failures and ticks', () => {
    const events = fc.array(fc.constantFrom('failed', 'tick' as const), { maxLength: 30 });
    fc.assert(
      fc.property(events, fc.integer({ min: 0, max: 6 }), (happens, relayCount) => {
        const relays = Array.from({ length: relayCount }, (_, at) => `${at}`.repeat(20) as PeerId);
        const chosen = choice({ relays });
        const begun = [...chosen.begin(0)];
        let failures = 0;
        for (const [at, event] of happens.entries()) {
          if (event === 'tick') begun.push(...chosen.tick(at * 400));
          else if (failures < begun.length) {
            failures += 1;
            begun.push(...chosen.failed(at * 400));
          }
        }
        const names = begun.map((way) => JSON.stringify(way));
        expect(new Set(names).size).toBe(names.length);
        const all = 2 + Math.min(relayCount, RELAYS_TRIED_MAX);
        expect(names.length).toBeLessThanOrEqual(all);
        expect(chosen.isOver).toBe(failures === all);
      }),
    );
  });
});

describe('whoever can dial whom', () => {
  const PEERS_MAX = 6;
  /** One attempt: what a way takes, or that it fails, is known beforehand. */
  function attempt(chosen: WayChoice, tookMs: (way: Way) => number | 'never'): Way | undefined {
    const ends: { atMs: number; way: Way; isThere: boolean }[] = [];
    const begin = (ways: readonly Way[], nowMs: number) => {
      for (const way of ways) {
        const took = tookMs(way);
        const isThere = took !== 'never';
        ends.push({ atMs: nowMs + (isThere ? took : GIVEN_UP_MS), way, isThere });
      }
    };
    begin(chosen.begin(0), 0);
    while (!chosen.isOver) {
      const next = ends.toSorted((one, other) => one.atMs - other.atMs)[0];
      const dueMs = chosen.dueMs ?? Infinity;
      if (next === undefined || dueMs < next.atMs) begin(chosen.tick(dueMs), dueMs);
      else if (next.isThere) return next.way;
      else {
        ends.splice(ends.indexOf(next), 1);
        begin(chosen.failed(next.atMs), next.atMs);
      }
    }
    return undefined;
  }
  const GIVEN_UP_MS = 3_000;

  test('a pair is connected directly if it can be, else reversed, else over a third that both reach, else not', () => {
    const matrix = fc.array(fc.boolean(), {
      minLength: PEERS_MAX ** 2,
      maxLength: PEERS_MAX ** 2,
    });
    fc.assert(
      fc.property(matrix, fc.integer({ min: 2, max: PEERS_MAX }), (open, count) => {
        const peers = Array.from({ length: count }, (_, at) => `${at}`.repeat(20) as PeerId);
        const canDial = (from: PeerId, to: PeerId) =>
          open[peers.indexOf(from) * PEERS_MAX + peers.indexOf(to)] === true;
        const [caller, callee] = peers as [PeerId, PeerId];
        const thirds = peers.slice(2);
        const relays = new RelayChoice({ self: caller, isBlocked: () => false });
        relays.followPeers(peers.map((peer) => ({ peer, transferPort: 1, roundTripMs: null })));
        const leads = (way: Way): boolean => {
          if (way.kind === 'direct') return canDial(caller, callee);
          if (way.kind === 'reversed') return canDial(callee, caller);
          return canDial(caller, way.relay) && canDial(callee, way.relay);
        };
        const best = canDial(caller, callee)
          ? 'direct'
          : canDial(callee, caller)
            ? 'reversed'
            : thirds.some((relay) => leads(through(relay)))
              ? 'relayed'
              : undefined;
        let way: Way | undefined;
        // Three relays are asked per attempt, and a line that failed is tried again.
        for (let tried = 0; way === undefined && tried * RELAYS_TRIED_MAX <= count; tried += 1) {
          const there = { isReversible: true, relays: relays.relaysTo(callee), last: undefined };
          way = attempt(new WayChoice(there), (tried) => {
            if (tried.kind === 'relayed') relays.asked(callee, tried.relay);
            return leads(tried) ? 1 : 'never';
          });
        }
        expect(way?.kind).toBe(best);
      }),
    );
  });
});
