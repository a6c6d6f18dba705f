/** How fast a peer may change its catalogue in small steps (HOSTILE 57). */
import { type Announcement, type Bucket, Failure, type Rate, refilled, spend } from '@iwanto/wire';

/** Small changes that a peer may announce per second, and how many in a burst. */
const CHANGES_PER_SECOND_MAX = 2;
export const CHANGES_AT_ONCE_MAX = 10;
const CHANGE_RATE: Rate = { perSecond: CHANGES_PER_SECOND_MAX, burst: CHANGES_AT_ONCE_MAX };
/** An announcement with this many lines is part of a catalogue, not a change that could have waited. */
export const BULK_LINES_MIN = 100;

/** The allowance that is left after an announcement. Throws E_LIMIT when small changes come faster than they may. */
export function allowanceAfter(
  allowed: Bucket | undefined,
  { peer, entries, gone }: Announcement,
  nowMs: number,
): Bucket | undefined {
  // The bucket has a clock of its own: a large part in between costs no tokens and loses none.
  if (entries.length + gone.length >= BULK_LINES_MIN) return allowed;
  const left = refilled(allowed, CHANGE_RATE, nowMs);
  if (spend(left)) return left;
  const sentence = `Peer ${peer} announces more than ${CHANGES_PER_SECOND_MAX} changes per second; combine them.`;
  throw new Failure('E_LIMIT', sentence);
}
