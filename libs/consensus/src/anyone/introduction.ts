/**
 * A leader that nobody here knows is asked whether it is there, before anything larger is sent to it: a
 * datagram proves who wrote it, but not where its writer is, and rosters and requests for a welcome must
 * never be drawn to a third host (HOSTILE 14). Nothing is remembered for that: the nonce of the question
 * follows from who is asked where, so that a flood of strangers takes no memory.
 */
import {
  type Address,
  type ElectionHeader,
  hexOf,
  type Nonce,
  type PongMessage,
} from '@iwanto/wire';
import { LIMITS } from '../state/config.js';
import type { KnownLeader, State } from '../state/state.js';
import { NONCE_BYTES, send, type Turn } from '../state/turn.js';
import { addressText } from './address.js';
import { startOf } from './rank.js';
import { allowAnswer, allowFor, allowHearsay, takesPart } from './rates.js';

/** Who said something. */
export type Speaker = Pick<ElectionHeader, 'sender' | 'boot'>;

/** Never two in a row: the answer takes less time than the interval. */
const QUESTIONS_TO_ONE_PER_SECOND = 4;

function introductionNonce(state: State, boot: string, address: Address): Nonce {
  const text = `${boot} ${addressText(address)}`;
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return hexOf(state.config.hmac(state.introductionKey, bytes).subarray(0, NONCE_BYTES)) as Nonce;
}

/** Whether another datagram may go to a leader that was named, by itself or by somebody else. */
export const allowTo = (turn: Turn, { address }: KnownLeader, isHearsay: boolean): boolean =>
  isHearsay
    ? allowHearsay(turn, address)
    : allowAnswer(turn, address, 'introduction', LIMITS.introductionsPerSecond);

/**
 * Asks a stranger that says it leads, or (`isHearsay`) is said to by somebody else: one question for each
 * such word. Inventing leaders for others uses up nothing of what those have who speak for themselves.
 */
export function introduce(turn: Turn, leader: KnownLeader, isHearsay: boolean): void {
  if (!takesPart(turn)) return;
  const whom = `introduce ${startOf(leader)} ${addressText(leader.address)}`;
  if (!allowFor(turn, whom, QUESTIONS_TO_ONE_PER_SECOND, 1)) return;
  if (!allowTo(turn, leader, isHearsay)) return;
  const nonce = introductionNonce(turn.state, leader.boot, leader.address);
  send(turn, leader.address, { type: 'probe', nonce, leader });
}

/** Whether a PONG answers such a question: its sender leads, and is where it was asked. */
export const introducesItself = (state: State, message: PongMessage, from: Address): boolean =>
  message.nonce === introductionNonce(state, message.boot, from);

/** A standby or a proved member of the same cluster, as far as known here: who may suspect and claim (S51). */
export function isFellow(state: State, { sender, boot }: Speaker): boolean {
  const member = state.members.get(sender);
  if (member?.boot === boot && member.confirmed) return true;
  return state.standbys.some((each) => each.peer === sender && each.boot === boot);
}
