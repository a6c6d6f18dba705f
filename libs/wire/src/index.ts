/** What crosses the LAN: ids, election datagrams, peer verbs and piece frames. */
export * from './ago-text.js';
export * from './browse-questions.js';
export * from './bucket.js';
export * from './cause.js';
export * from './checkup.js';
export * from './datagram.js';
export { cutText } from './datagram-bytes.js';
export * from './election-messages.js';
export {
  ELECTION_MESSAGES,
  ELECTION_MESSAGE_TYPES,
  isFirstContact,
  listedIn,
  rowOf,
  SEALED_SECRET_BYTES,
  withListed,
} from './election-table.js';
export * from './endpoint.js';
export * from './failure.js';
export * from './group-questions.js';
export * from './have-answer.js';
export * from './hex.js';
export * from './ids.js';
export * from './host-text.js';
export * from './ip-address.js';
export * from './limits.js';
export * from './peer-verbs.js';
export * from './piece-frames.js';
export { problemOf } from './problem.js';
export * from './recent.js';
export * from './relay-choice.js';
export * from './data-frames.js';
export * from './dial-hello.js';
export * from './safe-text.js';
export * from './search-question.js';
export * from './size-text.js';
export * from './sizes.js';
export * from './verb.js';
export * from './way-choice.js';
export * from './work-turns.js';
export { placeOf, spreadOverPlaces } from './spread.js';
