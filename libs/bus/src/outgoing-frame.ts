/**
 * A frame of a data line, from where its body is read to where the kernel takes it: sealed in its own place, in memory
 * that is used again. So a piece is in one buffer, which stays in the caches of the core, and not in a second one as well.
 */
import {
  DATA_BODY_BYTES_MAX,
  DATA_FRAME_BYTES_MAX,
  DATA_HEAD_BYTES,
  DATA_TAG_BYTES,
  encodeDataHead,
} from '@iwanto/wire';
import { Buffers } from './buffers.js';
import type { DataSeal } from './data-seal.js';

const buffers = new Buffers(DATA_FRAME_BYTES_MAX);

export class OutgoingFrame {
  /** What must be filled. */
  readonly body: Buffer<ArrayBuffer>;
  #buffer: Buffer<ArrayBuffer> | undefined;

  /** A frame for so many bytes, at most `DATA_BODY_BYTES_MAX`. */
  constructor(bytes: number) {
    if (bytes > DATA_BODY_BYTES_MAX) throw new RangeError(`a body of ${bytes} bytes fits no frame`);
    this.#buffer = buffers.take();
    this.body = this.#buffer.subarray(DATA_HEAD_BYTES, DATA_HEAD_BYTES + bytes);
  }

  /** A frame with a copy of these bytes. */
  static of(body: Uint8Array): OutgoingFrame {
    const frame = new OutgoingFrame(body.length);
    frame.body.set(body);
    return frame;
  }

  /** The whole frame as it crosses the wire. Its body is sealed afterwards. */
  seal(seal: DataSeal, requestId: number, associated: Uint8Array): Uint8Array {
    if (!this.#buffer) throw new Error('a frame was released before it was sealed');
    const end = DATA_HEAD_BYTES + this.body.length;
    this.#buffer.set(encodeDataHead({ requestId, length: this.body.length }));
    this.#buffer.set(seal.sealInPlace(associated, this.body), end);
    return this.#buffer.subarray(0, end + DATA_TAG_BYTES);
  }

  /** Nobody uses its memory any more; may be called again. */
  release(): void {
    if (this.#buffer) buffers.give(this.#buffer);
    this.#buffer = undefined;
  }
}
