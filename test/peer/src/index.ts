/** A peer of tests and of the demo: its process, its commands, waiting, its files, and seeded randomness. */
export { Dice } from './dice.js';
export { sha256Of, writeMade } from './files.js';
export { apart, freePort } from './loopback.js';
export {
  type Answer,
  type DoneJson,
  Peer,
  type PeerHost,
  type PeerOptions,
  PROGRAM,
  type ProgramOptions,
  type ResultJson,
  type StatusJson,
} from './peer.js';
export { until, within } from './waiting.js';
