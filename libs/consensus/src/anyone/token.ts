/** The secret of a reign, the token of an epoch, and the proofs of possessing it (S5). */
import { type Nonce, PROOF_BYTES } from '@iwanto/wire';
import type { State } from '../state/state.js';

const EPOCH_BYTES = 8;

/** What a proof is for: an answer can never be used as a question. */
export type ProofOf = 'ping' | 'pong';

/** The token of the present epoch: derived per epoch, so that members need no new welcome. */
export function tokenOf(state: State): Uint8Array | null {
  if (state.secret === null) return null;
  if (state.token?.epoch !== state.epoch) {
    const bytes = new Uint8Array(EPOCH_BYTES);
    new DataView(bytes.buffer).setFloat64(0, state.epoch);
    state.token = { epoch: state.epoch, bytes: state.config.hmac(state.secret, bytes) };
  }
  return state.token.bytes;
}

/** Forgets the token: another reign begins. */
export function setSecret(state: State, secret: Uint8Array | null): void {
  state.secret = secret;
  state.token = null;
}

/** Proves that I have the token without revealing it; null while I have none. */
export function proofFor(state: State, what: ProofOf, nonce: Nonce): Uint8Array | null {
  const token = tokenOf(state);
  if (token === null) return null;
  const bytes = new Uint8Array(1 + nonce.length);
  bytes[0] = what === 'ping' ? 1 : 2;
  for (let at = 0; at < nonce.length; at++) bytes[at + 1] = nonce.charCodeAt(at);
  return state.config.hmac(token, bytes).subarray(0, PROOF_BYTES);
}

/** Whether the proof is the one I would make. Compared in constant time, so that the duration reveals nothing. */
export function proves(
  state: State,
  what: ProofOf,
  nonce: Nonce,
  proof: Uint8Array | null,
): boolean {
  const expected = proofFor(state, what, nonce);
  if (expected === null || proof === null || proof.length !== expected.length) return false;
  let difference = 0;
  for (let at = 0; at < expected.length; at++) difference |= expected[at]! ^ proof[at]!;
  return difference === 0;
}
