/** Goodbye: said three times, so that a successor takes over at once. */
import type { LeaveMessage } from '@iwanto/wire';
import { removeMember } from './lead.js';
import { leaderGone } from './ping.js';
import { gapAfterMs } from './schedule.js';
import { sameBoot } from './rank.js';
import { remember, tellRemembered } from './seeds.js';
import { peersChanged } from './sight.js';
import { provedMembers } from './state.js';
import { type Turn, move, multicast, send } from './turn.js';

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

function finish(turn: Turn): void {
  const { state } = turn;
  move(turn, 'goodbyes said');
  state.leaving = null;
  state.reign = null;
  state.following = null;
  state.joining = null;
  state.suspicion = null;
  state.pending = null;
  state.suspension = null;
  state.leader = null;
  if (state.seeds.rememberAtMs < Infinity) tellRemembered(turn);
  turn.outputs.push({ type: 'left' });
}

/** Another one leaves. */
export function leaveHeard(turn: Turn, message: LeaveMessage): void {
  const { state } = turn;
  const who = { peer: message.sender, boot: message.boot };
  const member = state.members.get(message.sender);
  state.joining?.joiners.delete(message.sender);
  if (state.joining?.target && sameBoot(who, state.joining.target.leader))
    state.joining.target = null;
  if (member?.boot === message.boot) {
    // Strangers may hand over members that never were, at any address.
    if (member.confirmed) remember(turn, member.address);
    if (state.reign !== null) removeMember(turn, state.reign, message.sender);
    else state.members.delete(message.sender);
    peersChanged(turn);
  }
  if (state.following === null) return;
  if (sameBoot(who, state.leader)) leaderGone(turn, state.following);
  else if (state.pending !== null && sameBoot(who, state.pending.leader)) state.pending = null;
}
