/** When a member asks its leader. */
import { LIMITS } from '../state/config.js';
import type { Following, State } from '../state/state.js';
import type { Turn } from '../state/turn.js';

/** How soon a member fetches the next part of the roster; in a crowd, with its keep-alives. */
const HASTE_MS = 60;

/** The period of keep-alives: the more members, the longer, so that the leader's load stays level. */
export function keepAliveMs({ timers }: State, members: number): number {
  return Math.min(Math.max(members * 10, timers.keepAliveMinMs), timers.keepAliveMaxMs);
}

/** Asks the leader immediately, but never in a burst: some answers make us ask again. */
export function pingSoon({ nowMs, state }: Turn, following: Following): void {
  const earliestMs = Math.max(nowMs, following.pingSentMs + state.timers.pendingMs);
  following.pingAtMs = Math.min(following.pingAtMs, earliestMs);
}

/** Fetches the next part of the roster soon; after the answer to the question that is under way, which may come later than the part. */
export function pingForRoster({ nowMs, state }: Turn, following: Following): void {
  following.isRosterPartial = following.unanswered > 0;
  if (following.isRosterPartial || following.members > LIMITS.crowd) return;
  const inMs = HASTE_MS * (1 + state.config.random());
  following.pingAtMs = Math.min(following.pingAtMs, nowMs + inMs);
}
