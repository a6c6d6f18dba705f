/** The local bus and the lines between hosts: the only door to ZeroMQ. */
export { type Handler, type Handlers, answerHere } from './answer.js';
export { type Bus, type BusOptions, type ServiceBus, openBus } from './bus.js';
export { inTurns } from './turns.js';
export { Buffers } from './buffers.js';
export { checked, pack, unpack } from './codec.js';
export * from './contract.js';
export { type DoorList, OPEN_DOOR, keepDoor } from './door-list.js';
export { helloOf } from './data-line.js';
export { DataSeal } from './data-seal.js';
export { OutgoingFrame } from './outgoing-frame.js';
export { dialPort } from './dial-port.js';
export { DialTickets } from './dial-tickets.js';
export type { Detours, DialAsked } from './reach.js';
export { type Spliced, Splices } from './splices.js';
export { type CurveKeys, curveClient } from './listen.js';
export {
  type OpenPort,
  type PeerLine,
  type PeerLineOptions,
  type PeerPort,
  type PeerServerOptions,
  connectPeer,
  servePeerVerbs,
} from './peer-line.js';
export {
  type PieceConnection,
  type PieceLine,
  type PieceLineOptions,
  type PieceLost,
  type PiecePort,
  type PieceReply,
  type PieceServerOptions,
  connectPieces,
  servePieces,
} from './piece-line.js';
export type { PieceAsker } from './piece-server.js';
export { makeDir } from './make-dir.js';
export { lookRegularly } from './regularly.js';
export * from './network-shapes.js';
export { nobodyListens } from './probe.js';
export { HOLDINGS_MAX, type HeldContents } from './holdings.js';
export { READ_FILES_MAX, type ReadFile, type ReadOpened } from './read-verbs.js';
export { nextRevision } from './revisions.js';
export * from './shapes.js';
export * from './way-shapes.js';
export type { OnTrouble } from './trouble.js';
export { unlessAbsent } from './unless-absent.js';
export { Wakers } from './wakers.js';
