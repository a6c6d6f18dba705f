/** The shortest beginnings of hashes that a user can type and that still tell the shown ones apart. */
import { HASH_PREFIX_CHARACTERS_MIN } from '@iwanto/wire';

const HASH_CHARACTERS = 64;

/** One beginning for each hash, all of the same length. */
export function shortHashes(hashes: readonly string[]): string[] {
  const different = new Set(hashes).size;
  for (let length = HASH_PREFIX_CHARACTERS_MIN; length < HASH_CHARACTERS; length += 2) {
    const short = hashes.map((hash) => hash.slice(0, length));
    if (new Set(short).size === different) return short;
  }
  return [...hashes];
}
