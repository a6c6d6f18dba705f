/** Seeded random bytes, for the decoders of this library. */

const LENGTH_MAX = 96;

export type Numbers = () => number;

/** Numbers from 0 to below 2^32, the same for one seed (xorshift). */
export function numbersFrom(seed: number): Numbers {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}

/** Half of them noise, half a sample with up to three bytes changed. */
export function madeUp(next: Numbers, sample: Uint8Array): Uint8Array {
  const isChanged = next() % 2 === 0;
  const bytes = isChanged ? sample.slice() : new Uint8Array(next() % LENGTH_MAX);
  const changes = isChanged ? next() % 4 : bytes.length;
  for (let change = 0; change < changes; change += 1) {
    const at = isChanged ? next() % bytes.length : change;
    bytes[at] = next() & 0xff;
  }
  return bytes;
}
