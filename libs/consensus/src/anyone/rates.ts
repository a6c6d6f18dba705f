/** How often something may be done at the request of strangers. */
import { type Address, type Bucket, type Rate, forgetOldest, refilled, spend } from '@iwanto/wire';
import { LIMITS } from '../state/config.js';
import { followingOf, isStandby } from '../state/place.js';
import type { Budget } from '../state/state.js';
import type { Turn } from '../state/turn.js';
import { addressText } from './address.js';

/** The bucket as it is now, refilled and marked as most recently used; a new one is full. */
function bucketOf<K>(buckets: Map<K, Bucket>, what: K, nowMs: number, rate: Rate): Bucket {
  const bucket = refilled(buckets.get(what), rate, nowMs);
  buckets.delete(what);
  buckets.set(what, bucket);
  return bucket;
}

const budget = ({ state, nowMs }: Turn, what: Budget, perSecond: number): Bucket =>
  bucketOf(state.budgets, what, nowMs, { perSecond, burst: perSecond });

function bucketFor({ state, nowMs }: Turn, whom: string, rate: Rate): Bucket {
  const { buckets } = state;
  if (!buckets.has(whom) && buckets.size >= LIMITS.strangersMax) forgetOldest(buckets);
  return bucketOf(buckets, whom, nowMs, rate);
}

/** Takes one from the budget for all; false when none is left. */
export const allow = (turn: Turn, what: Budget, perSecond: number): boolean =>
  spend(budget(turn, what, perSecond));

/** Takes one from the budget of `whom`; the least recently used budget is forgotten. */
export const allowFor = (turn: Turn, whom: string, perSecond: number, burst = perSecond): boolean =>
  spend(bucketFor(turn, whom, { perSecond, burst }));

/** An answer to an address that proved nothing (S46), of a kind that is also limited in total. */
export function allowAnswer(turn: Turn, to: Address, kind: Budget, perSecond: number): boolean {
  const each = LIMITS.answersPerAddressPerSecond;
  const rate = { perSecond: each, burst: each };
  return spend(bucketFor(turn, addressText(to), rate), budget(turn, kind, perSecond));
}

/** A question to an address that somebody else named: it uses nothing of that address's own budget. */
export function allowHearsay(turn: Turn, to: Address): boolean {
  const each = LIMITS.answersPerAddressPerSecond;
  const rate = { perSecond: each, burst: each };
  const own = bucketFor(turn, `hearsay ${addressText(to)}`, rate);
  return spend(own, budget(turn, 'hearsay', LIMITS.introductionsPerSecond));
}

/**
 * Whether I act on a stranger's message. Everybody could act on a multicast: standbys do, and of the others
 * some at random, so that one datagram draws a few answers and not one from each member.
 */
export function takesPart({ state, isMulticast }: Turn): boolean {
  const following = followingOf(state);
  if (!isMulticast || following === null || isStandby(state)) return true;
  return state.config.random() * following.members < LIMITS.volunteers;
}
