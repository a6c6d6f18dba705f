/** What crosses the LAN: ids, election datagrams, peer verbs and piece frames. */
export * from './datagram.js';
export { cutText } from './datagram-bytes.js';
export { DATAGRAM_TYPES, SEALED_SECRET_BYTES } from './datagram-bodies.js';
export * from './election-messages.js';
export * from './endpoint.js';
export * from './failure.js';
export * from './hex.js';
export * from './ids.js';
export * from './ip-address.js';
export * from './limits.js';
export * from './peer-verbs.js';
export * from './piece-frames.js';
export * from './data-frames.js';
export * from './safe-text.js';
export * from './verb.js';
