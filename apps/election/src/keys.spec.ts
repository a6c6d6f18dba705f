/** Signatures and sealed secrets. */
import { describe, expect, test } from '@jest/globals';
import type { PublicKey } from '@iwanto/wire';
import { newKeys } from './testing/peer.js';

describe('keys', () => {
  test('a signature holds for its bytes and key alone; a key that is none only fails', () => {
    const [one, other] = [newKeys(), newKeys()];
    const bytes = Uint8Array.of(1, 2, 3);
    const signature = one.sign(bytes);
    expect(other.verify(one.signKey, bytes, signature)).toBe(true);
    expect(other.verify(other.signKey, bytes, signature)).toBe(false);
    expect(other.verify(one.signKey, Uint8Array.of(1, 2), signature)).toBe(false);
    expect(other.verify('ff'.repeat(32) as PublicKey, bytes, signature)).toBe(false);
    expect(other.verify('00'.repeat(32) as PublicKey, bytes, new Uint8Array(64))).toBe(false);
    expect(other.peerOf(one.signKey)).toBe(one.peer);
  });

  test('a copy of what was verified last is valid, and nothing that differs from it', () => {
    const [one, other] = [newKeys(), newKeys()];
    const bytes = Uint8Array.of(1, 2, 3);
    const signature = one.sign(bytes);
    expect(other.verify(one.signKey, bytes, signature)).toBe(true);
    expect(other.verify(one.signKey, bytes.slice(), signature.slice())).toBe(true);
    expect(other.verify(other.signKey, bytes, signature)).toBe(false);
    const changed = signature.slice();
    changed[0] = (changed[0] ?? 0) ^ 1;
    expect(other.verify(one.signKey, bytes, changed)).toBe(false);
    // The buffer it came in is used again.
    bytes[0] = 9;
    expect(other.verify(one.signKey, bytes, signature)).toBe(false);
  });

  test('a secret opens for its receiver alone, and only unchanged', () => {
    const [one, other, third] = [newKeys(), newKeys(), newKeys()];
    const secret = new Uint8Array(16).map((_, at) => at);
    const sealed = one.seal(secret, other.curve.publicKey);
    expect(other.open(sealed)).toEqual(secret);
    expect(third.open(sealed)).toBeUndefined();
    for (const at of [0, 31, 40, 63]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(other.open(changed)).toBeUndefined();
    }
    expect(other.open(sealed.subarray(1))).toBeUndefined();
    expect(other.open(new Uint8Array(64))).toBeUndefined();
    expect(one.seal(secret, other.curve.publicKey)).not.toEqual(sealed);
  });
});
