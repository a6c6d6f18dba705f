/** Who was heard, how and since when: shown to people, never used by the election itself. */
import { type ElectionMessage, type PeerCard, forgetOldest } from '@iwanto/wire';
import { LIMITS } from '../state/config.js';
import type { ReceivedInput } from '../state/messages.js';
import type { SeenHow, State } from '../state/state.js';
import type { Turn } from '../state/turn.js';
import { addressText, sameAddress } from './address.js';

const TELL_AFTER_MS = 200;

function seenHow(state: State, input: ReceivedInput): SeenHow {
  if (input.multicast) return 'multicast';
  const text = addressText(input.from);
  if (state.seeds.staticPeers.some((each) => addressText(each) === text)) return 'static';
  return state.seeds.remembered.has(text) ? 'remembered' : 'roster';
}

function cardIn(message: ElectionMessage): PeerCard | null {
  switch (message.type) {
    case 'hello':
    case 'welcome':
    case 'beat':
      return message.card;
    default:
      return null;
  }
}

/** Ports come and go with the services behind them. */
export const sameCard = (a: PeerCard | null, b: PeerCard) =>
  a !== null &&
  a.electionPort === b.electionPort &&
  a.indexerPort === b.indexerPort &&
  a.transferPort === b.transferPort &&
  a.curveKey === b.curveKey &&
  a.name === b.name;

/** Records that the sender was heard. */
export function sight(turn: Turn, input: ReceivedInput): void {
  const { sightings } = turn.state;
  const { message, from } = input;
  const known = sightings.get(message.sender);
  if (known === undefined) {
    if (sightings.size >= LIMITS.strangersMax) forgetOldest(sightings);
    sightings.set(message.sender, {
      seen: seenHow(turn.state, input),
      sinceMs: turn.nowMs,
      address: from,
      card: cardIn(message),
      heardMs: turn.nowMs,
      roundTripMs: null,
    });
    peersChanged(turn);
    return;
  }
  // The one unheard for longest is forgotten first.
  sightings.delete(message.sender);
  sightings.set(message.sender, known);
  if (input.multicast) known.seen = 'multicast';
  const card = cardIn(message);
  if (card !== null && !sameCard(known.card, card)) peersChanged(turn);
  if (!sameAddress(known.address, from)) peersChanged(turn);
  known.card = card ?? known.card;
  known.address = from;
  known.heardMs = turn.nowMs;
}

/** Publishes it soon, once for all changes until then. */
export function peersChanged(turn: Turn): void {
  const { state, nowMs } = turn;
  state.tellPeersAtMs = Math.min(state.tellPeersAtMs, nowMs + TELL_AFTER_MS);
}

export function tellPeers(turn: Turn): void {
  turn.state.tellPeersAtMs = Infinity;
  // Leader and standbys are published with their ports, which may be what changed.
  turn.leadershipChanged = true;
  turn.outputs.push({ type: 'peersChanged' });
}
