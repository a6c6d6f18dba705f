/** Token buckets: how often something may be done at the wish of strangers. */
import type { Address } from '@iwanto/wire';
import { LIMITS } from './config.js';
import type { Bucket, State } from './state.js';
import type { Turn } from './turn.js';

/** What is limited as a whole. Few, and never forgotten: a flood of strangers cannot make them full again. */
export type Budget =
  | 'welcome'
  | 'welcome again'
  | 'hint'
  | 'fence'
  | 'hello'
  | 'refusal'
  | 'introduction'
  | 'relay'
  | 'roster'
  | 'handover'
  | 'epoch'
  | 'jump';

interface Rate {
  readonly perSecond: number;
  /** So many may come in a row; `perSecond` when left out, but one at least. */
  readonly atOnce?: number;
  readonly count?: number;
}

function spend<K>(buckets: Map<K, Bucket>, what: K, nowMs: number, rate: Rate): boolean {
  const { perSecond, atOnce = Math.max(1, perSecond), count = 1 } = rate;
  const bucket = buckets.get(what) ?? { tokens: atOnce, atMs: nowMs };
  const refilled = bucket.tokens + ((nowMs - bucket.atMs) * perSecond) / 1_000;
  const tokens = Math.min(atOnce, refilled);
  const isEnough = tokens >= count;
  buckets.delete(what);
  buckets.set(what, { tokens: isEnough ? tokens - count : tokens, atMs: nowMs });
  return isEnough;
}

/** Takes one from the budget for all; false when none is left. */
export const allow = (turn: Turn, budget: Budget, perSecond: number): boolean =>
  allowMany(turn, budget, { perSecond });

/** Takes `count` at once, or nothing. */
export const allowMany = (turn: Turn, budget: Budget, rate: Rate): boolean =>
  spend(turn.state.budgets, budget, turn.nowMs, rate);

/** Takes one from what `whom` may have; the one untouched longest is forgotten. */
export function allowFor(turn: Turn, whom: string, perSecond: number, atOnce = perSecond): boolean {
  const { buckets } = turn.state;
  if (!buckets.has(whom) && buckets.size >= LIMITS.strangersMax) forgetOldest(buckets);
  return spend(buckets, whom, turn.nowMs, { perSecond, atOnce });
}

/** An answer to an address that proved nothing, of a kind that is limited as a whole too. */
export function allowAnswer(turn: Turn, to: Address, kind: Budget, perSecond: number): boolean {
  const address = `${to.address} ${to.port}`;
  return allowFor(turn, address, LIMITS.answersPerAddressPerSecond) && allow(turn, kind, perSecond);
}

/**
 * What falls to me of `perSecond` where one word of a stranger reaches the whole cluster: all of it to leader,
 * standbys and joiners, to the others their part, so that a thousand answers never follow from one datagram.
 */
export function shareOf({ following, successors, config }: State, perSecond: number): number {
  if (following === null || successors.some((each) => each.boot === config.boot)) return perSecond;
  return perSecond / Math.max(1, following.members);
}

/** Drops the entry that was touched longest ago (maps keep the order of insertion). */
export function forgetOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
