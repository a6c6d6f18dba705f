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
export * from './state/config.js';
export { brokenInvariant } from './state/invariants.js';
export * from './state/messages.js';
export { createConsensus } from './state/create-consensus.js';
export { followingOf, joiningOf, phaseOf, reignOf } from './state/place.js';
export type { State } from './state/state.js';
export { deadlineMs, step } from './step.js';
export { tokenOf } from './anyone/token.js';
export * from './state/transitions.js';
export * from './state/views.js';
