/**
 * What is sealed under the key of a group: a tag of 16 bytes, then as many bytes as went in.
 *
 * The tag is the beginning of the HMAC-SHA-256 of the plain bytes, and the initial counter block of AES-256 in counter
 * mode: the construction of AES-SIV (RFC 5297) with HMAC in place of CMAC. It needs no nonce that hosts with one key
 * would have to keep apart, also after a restart or in a copy of a virtual machine.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto';

export const GROUP_TAG_BYTES = 16;
const KEY_BYTES = 32;
const CIPHER = 'aes-256-ctr';

export interface GroupSeal {
  seal(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Undefined if another key sealed it, or if it was changed on the way. */
  open(sealed: Uint8Array): Uint8Array | undefined;
}

/** `groupKey` is hex. `context` binds the derived keys to one use; its words are part of the protocol. */
export function groupSeal(groupKey: string, context: string): GroupSeal {
  const secret = Buffer.from(groupKey, 'hex');
  const keys = Buffer.from(hkdfSync('sha256', secret, '', context, 2 * KEY_BYTES));
  const [tagKey, cipherKey] = [keys.subarray(0, KEY_BYTES), keys.subarray(KEY_BYTES)];
  const tagOf = (bytes: Uint8Array) =>
    createHmac('sha256', tagKey).update(bytes).digest().subarray(0, GROUP_TAG_BYTES);
  return {
    seal: (bytes) => {
      const tag = tagOf(bytes);
      const cipher = createCipheriv(CIPHER, cipherKey, tag);
      return Buffer.concat([tag, cipher.update(bytes), cipher.final()]);
    },
    open: (sealed) => {
      if (sealed.length < GROUP_TAG_BYTES) return undefined;
      const tag = sealed.subarray(0, GROUP_TAG_BYTES);
      const decipher = createDecipheriv(CIPHER, cipherKey, tag);
      const bytes = Buffer.concat([
        decipher.update(sealed.subarray(GROUP_TAG_BYTES)),
        decipher.final(),
      ]);
      return timingSafeEqual(tagOf(bytes), tag) ? new Uint8Array(bytes) : undefined;
    },
  };
}
