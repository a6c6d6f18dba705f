/**
 * A connection relayed by a third peer, since neither of its ends can dial the other (S57). The caller asks the relay;
 * if the relay agrees, it asks both ends to dial it. The election carries the questions and decides nothing about
 * them.
 */
import type { BridgeMessage, PeerId } from '@iwanto/wire';
import { LIMITS } from '../state/config.js';
import type { BridgeWish } from '../state/messages.js';
import { send, type Turn } from '../state/turn.js';
import { addressOf } from './dial.js';
import { allow, allowFor } from './rates.js';

const wishOf = ({ relay, callee, caller, line, ticket }: BridgeWish): BridgeWish => ({
  ...{ relay, callee, caller, line, ticket },
});

/** Who is asked next: the relay by the caller, both ends by the relay. */
function askedBy(asker: PeerId, { relay, callee, caller }: BridgeWish): readonly PeerId[] {
  if (asker === relay) return [caller, callee];
  return asker === caller ? [relay] : [];
}

/** Asks the relay, or as the relay both ends: each directly, and over the leader. */
export function bridge(turn: Turn, wish: BridgeWish): void {
  const { config, leader } = turn.state;
  const asked = askedBy(config.peer, wish);
  if (asked.length === 0 || !allow(turn, 'bridge', LIMITS.bridgesPerSecond)) return;
  const body = { type: 'bridge', ...wishOf(wish) } as const;
  for (const peer of asked) {
    const direct = addressOf(turn.state, peer);
    if (direct) send(turn, direct, body);
  }
  const isNeeded = asked.some((peer) => peer !== leader?.peer);
  if (leader?.address && leader.peer !== config.peer && !asked.includes(leader.peer) && isNeeded)
    send(turn, leader.address, body);
}

/** A relay is asked by the caller, an end by the relay, both also by the leader for its members; nobody else can make anybody dial. */
export function hearBridge(turn: Turn, message: BridgeMessage): void {
  const { state } = turn;
  const { relay, callee, caller, sender } = message;
  const self = state.config.peer;
  const three = [relay, callee, caller];
  const isKnown = (peer: PeerId) => peer === self || addressOf(state, peer) !== undefined;
  if (new Set(three).size < three.length || !three.every(isKnown)) return;
  const isItsOwn = sender === caller || sender === relay;
  if (!isItsOwn && sender !== state.leader?.peer) return;
  if (!allowFor(turn, `bridge ${caller}`, LIMITS.bridgesOfOnePerSecond)) return;
  if (!allow(turn, 'bridge', LIMITS.bridgesPerSecond)) return;
  const asker = self === relay ? caller : relay;
  const isFromAsker = sender === asker || sender === state.leader?.peer;
  if (three.includes(self) && isFromAsker)
    turn.outputs.push({ type: 'bridge', ...wishOf(message) });
  if (isItsOwn && state.place.at === 'leading') passOn(turn, message);
}

function passOn(turn: Turn, message: BridgeMessage): void {
  const { members } = turn.state;
  if (!members.has(message.sender)) return;
  for (const peer of askedBy(message.sender, message)) {
    const member = members.get(peer);
    if (member) send(turn, member.address, { type: 'bridge', ...wishOf(message) });
  }
}
