/**
 * What a peer says about a content it has or is fetching: which pieces, and who else fetches it. All numbers are big endian.
 *
 * flags (1): bit 0, it has everything · known (4): pieces it has, in the order in which they came · peers (2), each 10 bytes ·
 * then, unless it has everything: one bit per piece if the question began at 0, otherwise the numbers (4 bytes
 * each) of the pieces that arrived since.
 * Pieces are numbered through over all units of a content (docs/wire.md).
 */
import { bytesOfHex, hexOf } from './hex.js';
import { type PeerId } from './ids.js';
import { PIECE_BYTES } from './piece-frames.js';

const HEAD_BYTES = 7;
const PEER_BYTES = 10;
const NUMBER_BYTES = 4;
/** Peers named in one answer. */
export const HAVE_PEERS_MAX = 64;
/** Pieces named in one answer to a question that did not begin at 0. */
export const HAVE_NUMBERS_MAX = 65_536;

export interface HaveAnswer {
  readonly hasAll: boolean;
  /** Pieces listed so far, these included: where the next question continues. */
  readonly known: number;
  readonly peers: readonly PeerId[];
  readonly pieces: readonly number[];
}

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** `asBits`: the answer to a question that began at 0. */
export function encodeHaveAnswer(answer: HaveAnswer, asBits: boolean): Uint8Array {
  const { hasAll, known, peers, pieces } = answer;
  const told = hasAll ? new Uint8Array() : asBits ? bitsOf(pieces) : numbersOf(pieces);
  const bytes = new Uint8Array(HEAD_BYTES + peers.length * PEER_BYTES + told.length);
  const view = viewOf(bytes);
  view.setUint8(0, hasAll ? 1 : 0);
  view.setUint32(1, known);
  view.setUint16(5, peers.length);
  peers.forEach((peer, at) => bytes.set(bytesOfHex(peer), HEAD_BYTES + at * PEER_BYTES));
  bytes.set(told, HEAD_BYTES + peers.length * PEER_BYTES);
  return bytes;
}

/** The answer, or undefined if the bytes are not one. */
export function decodeHaveAnswer(bytes: Uint8Array, asBits: boolean): HaveAnswer | undefined {
  if (bytes.length < HEAD_BYTES || bytes.length > PIECE_BYTES) return undefined;
  const view = viewOf(bytes);
  const flags = view.getUint8(0);
  const count = view.getUint16(5);
  const from = HEAD_BYTES + count * PEER_BYTES;
  if (flags > 1 || count > HAVE_PEERS_MAX || bytes.length < from) return undefined;
  const peers = Array.from({ length: count }, (_, at) => {
    const start = HEAD_BYTES + at * PEER_BYTES;
    return hexOf(bytes.subarray(start, start + PEER_BYTES)) as PeerId;
  });
  const rest = bytes.subarray(from);
  if (!asBits && rest.length % NUMBER_BYTES !== 0) return undefined;
  const pieces = flags === 1 ? [] : asBits ? piecesIn(rest) : numbersIn(rest);
  return { hasAll: flags === 1, known: view.getUint32(1), peers, pieces };
}

function bitsOf(pieces: readonly number[]): Uint8Array {
  const highest = pieces.reduce((most, piece) => Math.max(most, piece), -1);
  const bytes = new Uint8Array((highest >> 3) + 1);
  for (const piece of pieces) bytes[piece >> 3] = (bytes[piece >> 3] ?? 0) | (1 << (piece & 7));
  return bytes;
}

function piecesIn(bits: Uint8Array): number[] {
  const pieces: number[] = [];
  bits.forEach((byte, at) => {
    for (let bit = 0; bit < 8; bit += 1) if ((byte >> bit) & 1) pieces.push(at * 8 + bit);
  });
  return pieces;
}

function numbersOf(pieces: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(pieces.length * NUMBER_BYTES);
  pieces.forEach((piece, at) => viewOf(bytes).setUint32(at * NUMBER_BYTES, piece));
  return bytes;
}

function numbersIn(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length / NUMBER_BYTES }, (_, at) =>
    viewOf(bytes).getUint32(at * NUMBER_BYTES),
  );
}
