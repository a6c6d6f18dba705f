/**
 * A connection that only the other host can open (S56): it is asked for by a datagram to that host, and by one over
 * the leader, which reaches hosts behind a router that admits only what they asked for themselves. The election
 * carries the question and decides nothing about it.
 */
import type { Address, DialMessage, PeerId } from '@iwanto/wire';
import { LIMITS } from '../state/config.js';
import type { DialWish } from '../state/messages.js';
import type { State } from '../state/state.js';
import { send, type Turn } from '../state/turn.js';
import { allow, allowFor } from './rates.js';

/** The address at which a peer receives, as far as this host knows. */
export function addressOf(
  { leader, members, sightings }: State,
  peer: PeerId,
): Address | undefined {
  const ofLeader = leader?.peer === peer ? leader.address : null;
  return ofLeader ?? members.get(peer)?.address ?? sightings.get(peer)?.address;
}

/** Asks a peer to open a connection to this host. */
export function askToDial(turn: Turn, { peer, line, ticket }: DialWish): void {
  const { state } = turn;
  const self = state.config.peer;
  if (peer === self || !allow(turn, 'dial', LIMITS.dialsPerSecond)) return;
  const body = { type: 'dial', callee: peer, caller: self, line, ticket } as const;
  const direct = addressOf(state, peer);
  if (direct) send(turn, direct, body);
  const { leader } = state;
  if (leader?.address && leader.peer !== peer && leader.peer !== self)
    send(turn, leader.address, body);
}

/** A peer asks to be dialled itself, or the leader asks for one of its members: nobody is made to dial a third host. */
export function hearDial(turn: Turn, message: DialMessage): void {
  const { state } = turn;
  const { sender, callee, caller } = message;
  const isItsOwn = sender === caller;
  if (!isItsOwn && sender !== state.leader?.peer) return;
  if (addressOf(state, caller) === undefined) return;
  if (!allowFor(turn, `dial ${caller}`, LIMITS.dialsOfOnePerSecond)) return;
  if (!allow(turn, 'dial', LIMITS.dialsPerSecond)) return;
  if (callee === state.config.peer) {
    const { line, ticket } = message;
    turn.outputs.push({ type: 'dial', peer: caller, line, ticket });
  } else if (isItsOwn && state.place.at === 'leading') passOn(turn, message);
}

function passOn(turn: Turn, { callee, caller, line, ticket }: DialMessage): void {
  const { members } = turn.state;
  const member = members.get(callee);
  if (member === undefined || !members.has(caller)) return;
  send(turn, member.address, { type: 'dial', callee, caller, line, ticket });
}
