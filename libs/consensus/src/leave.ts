/** What happens when another process leaves. */
import type { BootRef, LeaveMessage } from '@iwanto/wire';
import { sameBoot } from './anyone/rank.js';
import { removeMember } from './anyone/roster-told.js';
import { remember } from './anyone/seeds.js';
import { peersChanged } from './anyone/sight.js';
import { leaderGone } from './member/ping.js';
import type { Turn } from './state/turn.js';

/** Another one leaves (S42). */
export function hearLeave(turn: Turn, message: LeaveMessage): void {
  const { state } = turn;
  const { place } = state;
  const who = { peer: message.sender, boot: message.boot };
  if (place.at === 'joining') {
    place.joiners.delete(message.sender);
    if (place.target !== null && sameBoot(who, place.target.leader)) place.target = null;
  }
  forget(turn, who);
  if (place.at !== 'following') return;
  if (sameBoot(who, state.leader)) leaderGone(turn, place);
  else if (place.pending !== null && sameBoot(who, place.pending.leader)) place.pending = null;
}

function forget(turn: Turn, { peer, boot }: BootRef): void {
  const { state } = turn;
  const member = state.members.get(peer);
  if (member?.boot !== boot) return;
  // Strangers may hand over members that never existed, at any address.
  if (member.confirmed) remember(turn, member.address);
  if (state.place.at === 'leading') removeMember(turn, state.place, peer);
  else state.members.delete(peer);
  peersChanged(turn);
}
