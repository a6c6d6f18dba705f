/** One turn of the machine: the state, the time, and the outputs that are collected while an input is processed. */
import {
  type Address,
  type ElectionHeader,
  type ElectionMessage,
  hexOf,
  type Nonce,
  type PublicKey,
} from '@iwanto/wire';
import type { LogOutput, Output } from './messages.js';
import type { State } from './state.js';

/** Bytes of the number that ties an answer to its question. */
export const NONCE_BYTES = 8;

export interface Turn {
  readonly state: State;
  readonly nowMs: number;
  readonly outputs: Output[];
  /** The input came by multicast: others receive it too. */
  readonly isMulticast: boolean;
  /** Leader, epoch, role or standbys changed in this turn. */
  leadershipChanged: boolean;
}

/** A message without its header. */
export type Body = ElectionMessage extends infer M
  ? M extends ElectionMessage
    ? Omit<M, keyof ElectionHeader>
    : never
  : never;

function withHeader(state: State, body: Body): ElectionMessage {
  state.seq += 1;
  const { peer, boot } = state.config;
  return { ...body, sender: peer, boot, epoch: state.epoch, seq: state.seq };
}

export function send(
  turn: Turn,
  to: Address,
  body: Body,
  sealFor: PublicKey | null = null,
): ElectionMessage {
  const message = withHeader(turn.state, body);
  turn.outputs.push({ type: 'send', to, message, sealFor });
  return message;
}

export function multicast(turn: Turn, body: Body): void {
  turn.outputs.push({ type: 'multicast', message: withHeader(turn.state, body) });
}

export function log(turn: Turn, level: LogOutput['level'], sentence: string): void {
  turn.outputs.push({ type: 'log', level, sentence });
}

/** The epoch never falls within one boot (S4). */
export function raiseEpoch(turn: Turn, epoch: number): void {
  if (epoch <= turn.state.epoch) return;
  turn.state.epoch = epoch;
  turn.leadershipChanged = true;
}

/** A nonce that nobody can guess. */
export const freshNonce = (state: State): Nonce =>
  hexOf(state.config.randomBytes(NONCE_BYTES)) as Nonce;

/** `periodMs` with jitter, so that many peers never send in step. */
export function spread(state: State, periodMs: number, part: number): number {
  return periodMs * (1 + part * (2 * state.config.random() - 1));
}
