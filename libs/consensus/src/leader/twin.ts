/** Another living process with my own identity: a copied disk. The one that came later stops (S49). */
import type { Address, ElectionMessage } from '@iwanto/wire';
import { leaderHeard } from '../anyone/leader-heard.js';
import { becomeLeft } from '../enter.js';
import { leads, reignOf } from '../state/place.js';
import { freshNonce, log, send, type Turn } from '../state/turn.js';
import { leaderHearsOfLeader } from './faceoff.js';

const ASK_AGAIN_MS = 1_000;

/** A datagram with my id but of another start: my own earlier one, or a twin's. Only a fresh answer decides. */
export function ownIdHeard(turn: Turn, message: ElectionMessage, from: Address): void {
  const { state, nowMs } = turn;
  if (message.type === 'probe') {
    send(turn, from, { type: 'notLeader', nonce: message.nonce, leader: state.leader });
  }
  const answered =
    state.twin !== null &&
    (message.type === 'notLeader' || message.type === 'pong') &&
    message.nonce === state.twin.nonce;
  if (answered) {
    twinFound(turn, message, from);
    return;
  }
  const reign = reignOf(state);
  const heard = message.type === 'beat' ? leaderHeard(state, message, from) : null;
  if (reign !== null && leads(state) && heard !== null) leaderHearsOfLeader(turn, reign, heard);
  if (state.twin !== null && nowMs - state.twin.askedMs < ASK_AGAIN_MS) return;
  state.twin = { nonce: freshNonce(state), askedMs: nowMs };
  const { peer } = state.config;
  send(turn, from, {
    type: 'probe',
    nonce: state.twin.nonce,
    leader: { peer, boot: message.boot },
  });
}

/** Both are alive: the one that has no place in a cluster yet goes; of two such, the one with the greater boot id. */
function twinFound(turn: Turn, message: ElectionMessage, from: Address): void {
  const { state } = turn;
  state.twin = null;
  const placed = 'leader' in message && message.leader !== null;
  const goes = state.place.at === 'joining' && (placed || state.config.boot > message.boot);
  if (!goes) return;
  log(
    turn,
    'warn',
    `Another process at ${from.address} has the identity of this host: give one of them new keys.`,
  );
  becomeLeft(turn, 'twin');
  turn.outputs.push({ type: 'duplicateIdentity', address: from });
}
