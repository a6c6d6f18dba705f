/**
 * The election as a state machine without sockets, files or clocks.
 *
 * ```ts
 * const state = createConsensus({ peer, boot, random, randomBytes, hmac });
 * perform(step(state, { type: 'start', nowMs: clock(), bornMs, card, staticPeers, remembered }));
 * // then for ever: wait for a datagram or for deadlineMs(state), and
 * perform(step(state, input));
 * ```
 */
export * from './config.js';
export { brokenInvariant } from './invariants.js';
export * from './messages.js';
export { createConsensus } from './create-consensus.js';
export type { State } from './state.js';
export { deadlineMs, step } from './step.js';
export { tokenOf } from './token.js';
export * from './transitions.js';
export * from './views.js';
