/** How many values msgpack bytes hold, counted before any is made: an empty map is one byte there and 56 in memory. */

const pairs = (text: string) =>
  text.split(', ').map((pair) => pair.split(' ').map(Number) as [number, number]);

/** By first byte from 0xc0 on: bytes of the head, and how many of them are the length of what follows it. */
const HEADS: readonly (readonly [head: number, length: number])[] = [
  // Nothing, unused, false, true; binary; extensions with a length; floats.
  ...pairs('1 0, 1 0, 1 0, 1 0, 2 1, 3 2, 5 4, 3 1, 4 2, 6 4, 5 0, 9 0'),
  // Integers; extensions of a fixed length.
  ...pairs('2 0, 3 0, 5 0, 9 0, 2 0, 3 0, 5 0, 9 0, 3 0, 4 0, 6 0, 10 0, 18 0'),
  // Texts; lists; maps.
  ...pairs('2 1, 3 2, 5 4, 3 0, 5 0, 3 0, 5 0'),
];
const FIRST_HEAD = 0xc0;
const FIXED_TEXT = { from: 0xa0, lengthMask: 0x1f } as const;
const NEGATIVE_FROM = 0xe0;

/** First bytes of extensions: with a length, and of a fixed one. */
const EXTENSIONS: ReadonlySet<number> = new Set([0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]);

/**
 * Stops one above `max`. What contains others counts as one, for they follow it. Undefined at an extension: no message
 * has one, and what a decoder makes of it (dates, big integers, cycles) is nothing that a schema expects.
 */
export function valuesIn(bytes: Uint8Array, max: number): number | undefined {
  let count = 0;
  for (let at = 0; at < bytes.length && count <= max; count += 1) {
    if (EXTENSIONS.has(bytes[at] ?? 0)) return undefined;
    at += sizeAt(bytes, at);
  }
  return count;
}

function sizeAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < FIXED_TEXT.from || first >= NEGATIVE_FROM) return 1;
  if (first < FIRST_HEAD) return 1 + (first & FIXED_TEXT.lengthMask);
  const [head, lengthBytes] = HEADS[first - FIRST_HEAD] ?? [1, 0];
  // The length comes directly after the first byte, before the type of an extension.
  let length = 0;
  for (let byte = 1; byte <= lengthBytes; byte += 1)
    length = length * 256 + (bytes[at + byte] ?? 0);
  return head + length;
}
