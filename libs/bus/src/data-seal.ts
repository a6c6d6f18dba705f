/** Seals and opens the frames of one direction of a data line: AES-256-GCM, the frame's number as nonce. */
import {
  type KeyObject,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
} from 'node:crypto';
import { DATA_FRAMES_PER_KEY, DATA_NEXT_KEY_TEXT, DATA_TAG_BYTES, dataNonce } from '@iwanto/wire';

const CIPHER = 'aes-256-gcm';
/**
 * OpenSSL gets a frame in slices of so many bytes: what Node allocates for each slice then stays in the caches
 * and in the heap, where a whole piece would be mapped, cleared and copied once more (a quarter of the time).
 */
const SLICE_BYTES = 65_536;

const options = { authTagLength: DATA_TAG_BYTES } as const;

/** Frames must be opened in the order in which they were sealed: after a replayed or lost one opening fails. */
export class DataSeal {
  #key: KeyObject;
  #frame = 0;

  constructor(
    key: Uint8Array,
    private readonly framesPerKey = DATA_FRAMES_PER_KEY,
  ) {
    this.#key = createSecretKey(key);
  }

  /** Seals `body` in its own place; what it gives is the tag. */
  sealInPlace(associated: Uint8Array, body: Uint8Array): Uint8Array {
    const { key, nonce } = this.#next();
    const cipher = createCipheriv(CIPHER, key, nonce, options);
    cipher.setAAD(associated);
    translate(cipher, body);
    cipher.final();
    return cipher.getAuthTag();
  }

  /** Opens `sealed` in its own place. False if it is not what the other end sealed next. */
  openInPlace(associated: Uint8Array, sealed: Uint8Array, tag: Uint8Array): boolean {
    const { key, nonce } = this.#next();
    const decipher = createDecipheriv(CIPHER, key, nonce, options);
    decipher.setAAD(associated);
    decipher.setAuthTag(tag);
    translate(decipher, sealed);
    try {
      decipher.final();
      return true;
    } catch {
      return false;
    }
  }

  /** Key and nonce of the next frame, together: a nonce must never meet the key before. */
  #next(): { key: KeyObject; nonce: Uint8Array } {
    if (this.#frame === this.framesPerKey) {
      this.#key = createSecretKey(
        createHmac('sha256', this.#key).update(DATA_NEXT_KEY_TEXT).digest(),
      );
      this.#frame = 0;
    }
    this.#frame += 1;
    return { key: this.#key, nonce: dataNonce(this.#frame - 1) };
  }
}

/** Through OpenSSL, in their own place. */
function translate(cipher: { update(bytes: Uint8Array): Uint8Array }, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    const slice = cipher.update(bytes.subarray(at, at + SLICE_BYTES));
    bytes.set(slice, at);
    free(slice);
  }
}

/**
 * Frees the memory of a slice now, for the next one. Left to the collector, each slice would be memory that was
 * never touched before: the kernel has to clear every page of it, which costs more than the cipher.
 */
function free(slice: Uint8Array): void {
  const { buffer } = slice as Uint8Array<ArrayBuffer>;
  // A view of shared memory stays.
  if (buffer.byteLength === slice.byteLength) buffer.transfer(0);
}
