/** A peer of tests and of the demo: its process, its commands, what one waits for, its files, and chance from a seed. */
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
