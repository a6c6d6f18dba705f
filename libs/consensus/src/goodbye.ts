/** Goodbye: said three times, so that a standby takes over immediately. */
import { gapAfterMs } from './anyone/schedule.js';
import { finish } from './enter.js';
import { provedMembers } from './state/state.js';
import { move, multicast, send, type Turn } from './state/turn.js';

/** Since the `leave` input. */
const GOODBYE_AT_MS = [0, 15, 45];
/** Members told one by one when a leader leaves: enough for all standbys and small clusters. */
const TOLD_MAX = 32;

export function startLeaving(turn: Turn): void {
  const { state, nowMs } = turn;
  if (state.phase === 'idle' || state.leaving !== null || state.phase === 'left') return;
  move(turn, 'leave');
  state.leaving = { atMs: nowMs, said: 0 };
}

export function sayGoodbye(turn: Turn, leaving: { atMs: number; said: number }): void {
  const { state } = turn;
  const { leader } = state;
  multicast(turn, { type: 'leave' });
  if (leader?.address) send(turn, leader.address, { type: 'leave' });
  const told = new Set(state.successors.map((each) => each.peer));
  for (const each of state.successors)
    if (each.peer !== state.config.peer) send(turn, each.address, { type: 'leave' });
  if (state.reign !== null)
    for (const member of provedMembers(state).slice(0, TOLD_MAX))
      if (!told.has(member.peer)) send(turn, member.address, { type: 'leave' });
  const gapMs = gapAfterMs(GOODBYE_AT_MS, leaving.said);
  leaving.said += 1;
  if (gapMs === undefined) finish(turn);
  else leaving.atMs += gapMs;
}
