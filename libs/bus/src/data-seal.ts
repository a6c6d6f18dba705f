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
const SLICE_BYTES = 131_072;

const options = { authTagLength: DATA_TAG_BYTES } as const;

/** Frames must be opened in the order in which they were sealed: a replayed or lost one does not open. */
export class DataSeal {
  #key: KeyObject;
  #frame = 0;

  constructor(
    key: Uint8Array,
    private readonly framesPerKey = DATA_FRAMES_PER_KEY,
  ) {
    this.#key = createSecretKey(key);
  }

  seal(associated: Uint8Array, body: Uint8Array): { sealed: Uint8Array[]; tag: Uint8Array } {
    const { key, nonce } = this.#next();
    const cipher = createCipheriv(CIPHER, key, nonce, options);
    cipher.setAAD(associated);
    const sealed = slicesOf(body).map((slice) => cipher.update(slice));
    cipher.final();
    return { sealed, tag: cipher.getAuthTag() };
  }

  /** Opens `sealed` in its own place. False where it is not what the other end sealed next. */
  openInPlace(associated: Uint8Array, sealed: Uint8Array, tag: Uint8Array): boolean {
    const { key, nonce } = this.#next();
    const decipher = createDecipheriv(CIPHER, key, nonce, options);
    decipher.setAAD(associated);
    decipher.setAuthTag(tag);
    for (const slice of slicesOf(sealed)) slice.set(decipher.update(slice));
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

function slicesOf(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / SLICE_BYTES);
  return Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * SLICE_BYTES, (at + 1) * SLICE_BYTES),
  );
}
