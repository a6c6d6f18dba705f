/** What it means that another process leaves. */
import type { LeaveMessage } from '@iwanto/wire';
import { sameBoot } from './anyone/rank.js';
import { removeMember } from './anyone/roster-told.js';
import { remember } from './anyone/seeds.js';
import { peersChanged } from './anyone/sight.js';
import { leaderGone } from './member/ping.js';
import type { Turn } from './state/turn.js';

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
