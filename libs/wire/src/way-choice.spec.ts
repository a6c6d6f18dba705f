/** Direct before reversed before relayed, each with a head start, and the next as soon as all before it failed. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PeerId } from './ids.js';
import { RELAYS_TRIED_MAX, type Way, WayChoice, type WaysThere } from './way-choice.js';

const ANNA = 'aa'.repeat(10) as PeerId;
const BEN = 'bb'.repeat(10) as PeerId;
const direct: Way = { kind: 'direct' };
const reversed: Way = { kind: 'reversed' };
const through = (relay: PeerId): Way => ({ kind: 'relayed', relay });

const choice = (there: Partial<WaysThere>) =>
  new WayChoice({ isReversible: true, relays: [ANNA, BEN], last: undefined, ...there });

/** What starts when, where every way is silent. */
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
