/**
 * The names that members of a group use for hashes when they fetch: two blocks of AES-256 under a key of the group.
 * Whoever lacks the key cannot make one from a hash, so a hash that was guessed or heard fetches nothing (HOSTILE 163).
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { FileHash } from '@iwanto/wire';

const KEY_BYTES = 32;
const CIPHER = 'aes-256-ecb';
/** Part of the protocol. */
const CONTEXT = 'iwanto group roots 1';

export interface GroupRoots {
  /** The name in the group of a content. */
  blind(hash: FileHash): FileHash;
  /** The content that a name means: an arbitrary hash if the name was not made with this key. */
  plain(blinded: FileHash): FileHash;
}

/** `groupKey` is hex. */
export function groupRoots(groupKey: string): GroupRoots {
  const secret = Buffer.from(groupKey, 'hex');
  const key = Buffer.from(hkdfSync('sha256', secret, '', CONTEXT, KEY_BYTES));
  return {
    blind: (hash) => {
      const cipher = createCipheriv(CIPHER, key, null).setAutoPadding(false);
      return (cipher.update(hash, 'hex', 'hex') + cipher.final('hex')) as FileHash;
    },
    plain: (blinded) => {
      const decipher = createDecipheriv(CIPHER, key, null).setAutoPadding(false);
      return (decipher.update(blinded, 'hex', 'hex') + decipher.final('hex')) as FileHash;
    },
  };
}
