/** The member list on the side of a member: taken from the leader's parts, version by version. */
import type { PeerId, RosterEntry, RosterMessage } from '@iwanto/wire';
import { pingForRoster } from '../anyone/keep-alive.js';
import { sameBoot } from '../anyone/rank.js';
import { remember } from '../anyone/seeds.js';
import { peersChanged } from '../anyone/sight.js';
import { LIMITS } from '../state/config.js';
import { newMember } from '../state/member.js';
import { followingOf } from '../state/place.js';
import type { Turn } from '../state/turn.js';

/** A part of my leader's roster. */
export function hearRoster(turn: Turn, message: RosterMessage): void {
  const { state } = turn;
  const following = followingOf(state);
  if (following === null) return;
  if (!sameBoot({ peer: message.sender, boot: message.boot }, state.leader)) return;
  if (message.epoch < state.epoch || message.upTo <= state.rosterVersion) return;
  if (message.since > state.rosterVersion) return;
  if (message.since === 0) for (const member of state.members.values()) member.stale = true;
  for (const entry of message.entries) take(turn, entry);
  for (const peer of message.gone) drop(turn, peer);
  state.rosterVersion = message.upTo;
  if (message.upTo < message.latest) pingForRoster(turn, following);
  else for (const member of state.members.values()) if (member.stale) drop(turn, member.peer);
}

function take(turn: Turn, entry: RosterEntry): void {
  const { state, nowMs } = turn;
  if (entry.peer === state.config.peer || entry.peer === state.leader?.peer) return;
  const known = state.members.get(entry.peer);
  if (known === undefined && state.members.size >= LIMITS.rosterMax) return;
  remember(turn, entry.address);
  peersChanged(turn);
  state.members.set(entry.peer, {
    ...newMember(entry, nowMs),
    confirmed: true,
    helloSeq: known?.boot === entry.boot ? known.helloSeq : 0,
    roundTripMs: known?.roundTripMs ?? null,
    sinceMs: known?.sinceMs ?? nowMs,
  });
}

function drop(turn: Turn, peer: PeerId): void {
  if (turn.state.members.delete(peer)) peersChanged(turn);
}
