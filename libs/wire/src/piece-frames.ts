/**
 * The frames between two transfer services: fixed binary, anything odd closes the line.
 *
 * The control line (CURVE) carries requests and what has no bulk: a frame holds up to 16 requests of 46 bytes - version (1),
 * ask (1), request id (4), root (32), first (4), count (4) - and an answer is a head frame of 6 bytes - version, type,
 * request id - and a body frame: the grant of a data line, or one byte of reason. Everything else comes over
 * the data line (data-frames.ts). All numbers are big endian.
 */
import { bytesOfHex, hexOf } from './hex.js';
import type { FileHash } from './ids.js';

export const PIECE_FRAME_VERSION = 2;
/** A piece, and so the largest body, in bytes (docs/decisions.md: 1 MiB). */
export const PIECE_BYTES = 1_048_576;
/** Pieces of a file of `size` bytes; an empty file has none. */
export const pieceCount = (size: number): number => Math.ceil(size / PIECE_BYTES);
/** Digests of 32 bytes that fit into one body. */
export const DIGESTS_PER_FRAME_MAX = PIECE_BYTES / 32;
/** Requests one peer may have unanswered (HOSTILE 45). */
export const REQUESTS_IN_FLIGHT_MAX = 64;
export const PIECE_REQUEST_BYTES = 46;
/** Requests in one frame: each frame costs both ends several hand-overs between threads. */
export const PIECE_REQUESTS_PER_FRAME_MAX = 16;
export const PIECE_HEAD_BYTES = 6;

/** Entries of one directory that may be asked for packed together. */
export const PACK_ENTRIES_MAX = 4_096;

/**
 * What can be asked for. `first` and `count` count pieces, digests, MiB of a manifest, entries of a directory
 * (`pack`: files one after the other), or the pieces that a peer that is still downloading has (`have`).
 * `line` asks for a data line and names no content.
 */
export const PIECE_ASKS = { piece: 1, digests: 2, manifest: 3, line: 4, have: 5, pack: 6 } as const;
export type PieceAsk = keyof typeof PIECE_ASKS;

/** The largest `count`. */
const COUNTS_MAX: Readonly<Record<PieceAsk, number>> = {
  ...{ piece: 1, manifest: 1, line: 1, have: 1 },
  ...{ digests: DIGESTS_PER_FRAME_MAX, pack: PACK_ENTRIES_MAX },
};

const ANSWER_TYPES = { data: 0x81, refused: 0xff } as const;

/** Why an uploader refuses. */
export const REFUSALS = {
  notFound: 1,
  changed: 2,
  range: 3,
  busy: 4,
  unexpected: 5,
} as const;
export type Refusal = keyof typeof REFUSALS;

export interface PieceRequest {
  readonly ask: PieceAsk;
  /** Chosen by the asker, below 2^32; the answer repeats it. */
  readonly requestId: number;
  readonly root: FileHash;
  readonly first: number;
  readonly count: number;
}

export type PieceAnswer =
  | { readonly type: 'data'; readonly requestId: number; readonly body: Uint8Array }
  | { readonly type: 'refused'; readonly requestId: number; readonly reason: Refusal };

const nameOf = <T extends Record<string, number>>(table: T, value: number | undefined) =>
  (Object.keys(table) as (keyof T & string)[]).find((name) => table[name] === value);

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The 46 bytes of a request. */
export function encodePieceRequest(request: PieceRequest): Uint8Array {
  const bytes = new Uint8Array(PIECE_REQUEST_BYTES);
  const view = viewOf(bytes);
  view.setUint8(0, PIECE_FRAME_VERSION);
  view.setUint8(1, PIECE_ASKS[request.ask]);
  view.setUint32(2, request.requestId);
  bytes.set(bytesOfHex(request.root), 6);
  view.setUint32(38, request.first);
  view.setUint32(42, request.count);
  return bytes;
}

/** The request, or undefined if the bytes are not one: the caller closes the line. */
export function decodePieceRequest(bytes: Uint8Array): PieceRequest | undefined {
  if (bytes.length !== PIECE_REQUEST_BYTES) return undefined;
  const view = viewOf(bytes);
  const ask = nameOf(PIECE_ASKS, view.getUint8(1));
  if (view.getUint8(0) !== PIECE_FRAME_VERSION || ask === undefined) return undefined;
  const count = view.getUint32(42);
  if (count < 1 || count > COUNTS_MAX[ask]) return undefined;
  return {
    ask,
    requestId: view.getUint32(2),
    root: hexOf(bytes.subarray(6, 38)) as FileHash,
    first: view.getUint32(38),
    count,
  };
}

/** Requests one after the other, at most `PIECE_REQUESTS_PER_FRAME_MAX`. */
export function encodePieceRequests(requests: readonly PieceRequest[]): Uint8Array {
  const bytes = new Uint8Array(requests.length * PIECE_REQUEST_BYTES);
  requests.forEach((request, at) =>
    bytes.set(encodePieceRequest(request), at * PIECE_REQUEST_BYTES),
  );
  return bytes;
}

/** The requests of a frame, in their order; undefined if any of it is not one. */
export function decodePieceRequests(bytes: Uint8Array): PieceRequest[] | undefined {
  const count = bytes.length / PIECE_REQUEST_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > PIECE_REQUESTS_PER_FRAME_MAX)
    return undefined;
  const requests: PieceRequest[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_REQUEST_BYTES) {
    const request = decodePieceRequest(bytes.subarray(at, at + PIECE_REQUEST_BYTES));
    if (!request) return undefined;
    requests.push(request);
  }
  return requests;
}

/** Head and body frames of an answer. The body of `data` is passed on as it is, not copied. */
export function encodePieceAnswer(answer: PieceAnswer): [head: Uint8Array, body: Uint8Array] {
  const head = new Uint8Array(PIECE_HEAD_BYTES);
  const view = viewOf(head);
  view.setUint8(0, PIECE_FRAME_VERSION);
  view.setUint8(1, ANSWER_TYPES[answer.type]);
  view.setUint32(2, answer.requestId);
  const body = answer.type === 'data' ? answer.body : Uint8Array.of(REFUSALS[answer.reason]);
  return [head, body];
}

/** The answer, or undefined if the frames are not one. */
export function decodePieceAnswer(head: Uint8Array, body: Uint8Array): PieceAnswer | undefined {
  if (head.length !== PIECE_HEAD_BYTES || body.length > PIECE_BYTES) return undefined;
  const view = viewOf(head);
  if (view.getUint8(0) !== PIECE_FRAME_VERSION) return undefined;
  const requestId = view.getUint32(2);
  const type = nameOf(ANSWER_TYPES, view.getUint8(1));
  if (type === 'data') return { type, requestId, body };
  const reason = body.length === 1 ? nameOf(REFUSALS, body[0]) : undefined;
  return type === 'refused' && reason ? { type, requestId, reason } : undefined;
}
