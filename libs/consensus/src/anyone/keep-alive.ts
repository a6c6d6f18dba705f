/** When a member asks its leader. */
import type { Following, State } from '../state/state.js';
import type { Turn } from '../state/turn.js';

/** The period of keep-alives: the more members, the longer, so that the leader's load stays level. */
export function keepAliveMs({ timers }: State, members: number): number {
  return Math.min(Math.max(members * 10, timers.keepAliveMinMs), timers.keepAliveMaxMs);
}

/** Asks the leader immediately, but never in a burst: some answers make us ask again. */
export function pingSoon({ nowMs, state }: Turn, following: Following): void {
  const earliestMs = Math.max(nowMs, following.pingSentMs + state.timers.pendingMs);
  following.pingAtMs = Math.min(following.pingAtMs, earliestMs);
}
