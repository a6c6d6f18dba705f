/** Token buckets: how often something may be done at the wish of strangers. */
import type { Address } from '@iwanto/wire';
import { LIMITS } from './config.js';
import type { Turn } from './turn.js';

/** Takes one of `perSecond`, of which `atOnce` may come in a row; false when none is left. */
export function allow(turn: Turn, what: string, perSecond: number, atOnce = perSecond): boolean {
  const { buckets } = turn.state;
  const bucket = buckets.get(what) ?? { tokens: atOnce, atMs: turn.nowMs };
  const refilled = bucket.tokens + ((turn.nowMs - bucket.atMs) * perSecond) / 1_000;
  const tokens = Math.min(atOnce, refilled);
  buckets.delete(what);
  if (buckets.size >= LIMITS.strangersMax) forgetOldest(buckets);
  buckets.set(what, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: turn.nowMs });
  return tokens >= 1;
}

/** An answer to an address that proved nothing, of a kind that is limited as a whole too. */
export function allowAnswer(turn: Turn, to: Address, kind: string, perSecond: number): boolean {
  const address = `${to.address} ${to.port}`;
  return allow(turn, address, LIMITS.answersPerAddressPerSecond) && allow(turn, kind, perSecond);
}

/** Drops the entry that was touched longest ago (maps keep the order of insertion). */
export function forgetOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
