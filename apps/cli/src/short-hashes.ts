/** The shortest beginnings of hashes that a user can type and that still tell the shown ones apart. */
import { HASH_PREFIX_CHARACTERS_MIN } from '@iwanto/wire';

const HASH_CHARACTERS = 64;

/** One prefix for each hash, which no other hash has, nor any of those in `besides`. */
export function shortHashes(hashes: readonly string[], besides: readonly string[] = []): string[] {
  const all = [...new Set([...hashes, ...besides])].sort();
  const length = new Map(
    all.map((hash, at) => {
      const near = Math.max(common(hash, all[at - 1]), common(hash, all[at + 1]));
      return [hash, Math.min(HASH_CHARACTERS, Math.max(HASH_PREFIX_CHARACTERS_MIN, near + 1))];
    }),
  );
  return hashes.map((hash) => hash.slice(0, length.get(hash)));
}

/** How many characters at the beginning are the same. */
function common(one: string, other = ''): number {
  let at = 0;
  while (at < other.length && one[at] === other[at]) at += 1;
  return at;
}
