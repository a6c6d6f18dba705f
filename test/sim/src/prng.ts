/** Random numbers from one 32-bit seed: the same seed gives the same run on every machine (sfc32). */

export interface Prng {
  /** In [0, 1). */
  readonly unit: () => number;
  /** An integer in [0, below). */
  readonly below: (below: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
  readonly bytes: (count: number) => Uint8Array;
  readonly hex: (bytes: number) => string;
}

export function prng(seed: number): Prng {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed | 0, 1];
  const word = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) word();
  const unit = () => word() / 4_294_967_296;
  const below = (limit: number) => Math.floor(unit() * limit);
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => word() & 0xff);
  return {
    unit,
    below,
    chance: (probability) => unit() < probability,
    pick: (from) => {
      const item = from[below(from.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    bytes,
    hex: (count) => [...bytes(count)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

/** A keyed hash for simulations: mixes well, keeps no secret. 16 bytes. */
export function mixHash(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const lanes = Uint32Array.of(0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1);
  const mix = (byte: number, at: number) => {
    const lane = at & 3;
    const next = (lane + 1) & 3;
    lanes[lane] = Math.imul(lanes[lane]! ^ byte, 0x01000193) + lanes[next]!;
    lanes[next] = (lanes[next]! ^ (lanes[lane] >>> 13)) >>> 0;
  };
  key.forEach(mix);
  bytes.forEach(mix);
  for (let at = 0; at < 16; at++) mix(at, at);
  return new Uint8Array(lanes.buffer.slice(0));
}
