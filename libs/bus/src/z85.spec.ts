import { describe, expect, test } from '@jest/globals';
import { z85, z85OfHex } from './z85.js';

describe('z85', () => {
  test('gives the text of the example in RFC 32', () => {
    const bytes = Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b);
    expect(z85(bytes)).toBe('HelloWorld');
  });

  test('turns a 32-byte key into 40 characters', () => {
    expect(z85OfHex('ff'.repeat(32))).toHaveLength(40);
    expect(z85OfHex('00'.repeat(32))).toBe('0'.repeat(40));
  });
});
