/**
 * The data line between two transfer services: a TCP stream of sealed frames, one way, beside the control line.
 * Only the layout is defined here; keys, counters and sockets are the caller's. All numbers are big endian.
 *
 * Grant (in an answer on the control line): port (2), line id (16), key of the asker's frames (32), key of the uploader's (32).
 * Hello (first bytes of the asker): line id (16), tag (16) of nothing under the asker's key with the line id as associated data.
 * Frame (uploader): request id (4), length (4), that many sealed bytes, tag (16). Its associated data are the 46 bytes of
 * the request it answers, then its length. The first frame has id 0 and length 0 and answers the hello.
 */
import { encodePieceRequest, type PieceRequest, PIECE_BYTES } from './piece-frames.js';

export const DATA_KEY_BYTES = 32;
export const DATA_TAG_BYTES = 16;
export const DATA_NONCE_BYTES = 12;
export const DATA_LINE_ID_BYTES = 16;
export const DATA_GRANT_BYTES = 2 + DATA_LINE_ID_BYTES + 2 * DATA_KEY_BYTES;
export const DATA_HELLO_BYTES = DATA_LINE_ID_BYTES + DATA_TAG_BYTES;
export const DATA_HEAD_BYTES = 8;
/** The largest body of a frame: a piece. */
export const DATA_BODY_BYTES_MAX = PIECE_BYTES;
export const DATA_FRAME_BYTES_MAX = DATA_HEAD_BYTES + DATA_BODY_BYTES_MAX + DATA_TAG_BYTES;
/** Frames sealed under one key; the next one goes under the next key. */
export const DATA_FRAMES_PER_KEY = 2 ** 20;
/** The message whose HMAC-SHA-256 under a key is the next key. */
export const DATA_NEXT_KEY_TEXT = 'iwanto 2 next data key';

/** What the uploader hands over on the control line. */
export interface DataGrant {
  readonly port: number;
  readonly lineId: Uint8Array;
  /** Seals what the asker sends. */
  readonly askerKey: Uint8Array;
  /** Seals what the uploader sends. */
  readonly uploaderKey: Uint8Array;
}

/** The head of a frame. */
export interface DataHead {
  readonly requestId: number;
  readonly length: number;
}

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The 82 bytes of a grant. */
export function encodeDataGrant({ port, lineId, askerKey, uploaderKey }: DataGrant): Uint8Array {
  const bytes = new Uint8Array(DATA_GRANT_BYTES);
  viewOf(bytes).setUint16(0, port);
  bytes.set(lineId, 2);
  bytes.set(askerKey, 2 + DATA_LINE_ID_BYTES);
  bytes.set(uploaderKey, 2 + DATA_LINE_ID_BYTES + DATA_KEY_BYTES);
  return bytes;
}

/** The grant, or undefined if the bytes are not one. */
export function decodeDataGrant(bytes: Uint8Array): DataGrant | undefined {
  if (bytes.length !== DATA_GRANT_BYTES) return undefined;
  const port = viewOf(bytes).getUint16(0);
  const keys = 2 + DATA_LINE_ID_BYTES;
  return {
    port,
    lineId: bytes.slice(2, keys),
    askerKey: bytes.slice(keys, keys + DATA_KEY_BYTES),
    uploaderKey: bytes.slice(keys + DATA_KEY_BYTES),
  };
}

/** The 8 bytes before a sealed body. */
export function encodeDataHead({ requestId, length }: DataHead): Uint8Array {
  const bytes = new Uint8Array(DATA_HEAD_BYTES);
  viewOf(bytes).setUint32(0, requestId);
  viewOf(bytes).setUint32(4, length);
  return bytes;
}

/** The head, or undefined if it announces more than a frame may hold. */
export function decodeDataHead(bytes: Uint8Array): DataHead | undefined {
  if (bytes.length !== DATA_HEAD_BYTES) return undefined;
  const length = viewOf(bytes).getUint32(4);
  if (length > DATA_BODY_BYTES_MAX) return undefined;
  return { requestId: viewOf(bytes).getUint32(0), length };
}

/** The nonce of frame number `frame` under its key: no number comes twice. */
export function dataNonce(frame: number): Uint8Array {
  const bytes = new Uint8Array(DATA_NONCE_BYTES);
  viewOf(bytes).setBigUint64(4, BigInt(frame));
  return bytes;
}

/** The associated data of a frame: the request it answers, content and piece included, and its length. */
export function dataAssociated(request: PieceRequest, length: number): Uint8Array {
  const asked = encodePieceRequest(request);
  const bytes = new Uint8Array(asked.length + 4);
  bytes.set(asked);
  viewOf(bytes).setUint32(asked.length, length);
  return bytes;
}
