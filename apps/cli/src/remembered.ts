/** What the last searches on this host showed: so that "download 3" means the third, and a hash keeps the name it was shown under. */
import { readFile } from 'node:fs/promises';
import { type Paths, dataFile, homePaths, writeLightly } from '@iwanto/service';
import { Failure, type FileHash, fileHashSchema, kindSchema, peerIdSchema } from '@iwanto/wire';
import { z } from 'zod';

/** Results of earlier searches that are kept, the last search's included. */
const SEEN_MAX = 10_000;
/** A file larger than this was not written by us. */
const FILE_BYTES_MAX = 16_777_216;

const seenSchema = z.object({
  hash: fileHashSchema,
  kind: kindSchema,
  name: z.string().max(4_096),
  size: z.number(),
  /** Other names that the content was said to have. */
  otherNames: z.array(z.string().max(4_096)).max(16).default([]),
  /** Peers that had it when it was shown, some of them. */
  holders: z.array(peerIdSchema).max(16).default([]),
});
export type Seen = z.infer<typeof seenSchema>;

const memorySchema = z.object({
  query: z.string(),
  /** How many of `seen` the last search showed, in its order; the others are older. */
  shown: z.number().int().min(0),
  seen: z.array(seenSchema).max(SEEN_MAX),
});
export type Memory = z.infer<typeof memorySchema>;

const NOTHING: Memory = { query: '', shown: 0, seen: [] };
const fileOf = (paths: Paths) => dataFile(paths, 'shownResults');

/** What is remembered; nothing if the file is absent or not ours: it only serves comfort. */
export async function recall(paths: Paths = homePaths()): Promise<Memory> {
  try {
    const text = await readFile(fileOf(paths), 'utf8');
    return text.length > FILE_BYTES_MAX ? NOTHING : memorySchema.parse(JSON.parse(text));
  } catch {
    return NOTHING;
  }
}

/**
 * Takes the results of a search as the last ones. A disk that is full or read-only does not spoil the search, and
 * a slow one does not delay it: what a power cut takes is only comfort.
 */
export async function remember(
  { query, results }: { query: string; results: readonly Seen[] },
  before: Memory,
): Promise<void> {
  const now = new Set(results.map(({ hash }) => hash));
  const older = before.seen.filter(({ hash }) => !now.has(hash));
  const seen = [...results, ...older].slice(0, SEEN_MAX).map(plain);
  const memory: Memory = { query, shown: Math.min(results.length, SEEN_MAX), seen };
  await writeLightly(fileOf(homePaths()), JSON.stringify(memory)).catch(() => undefined);
}

const plain = ({ hash, kind, name, size, otherNames, holders }: Seen): Seen => {
  return { hash, kind, name, size, otherNames, holders };
};

/** A number this short is a place in the last results: a hash needs more characters. */
const PLACE = /^\d{1,5}$/;

/** The result at a place of the last search, or the one whose hash begins as typed; undefined if none was shown. */
export function shownAs(memory: Memory, typed: string): Seen | undefined {
  if (PLACE.test(typed)) return atPlace(memory, Number(typed));
  const prefix = typed.replace(/\s+/g, '').toLowerCase();
  // If peers contradict each other a search shows one hash several times: its first place counts (HOSTILE 112).
  const fitting = memory.seen.filter(
    ({ hash }, at) =>
      hash.startsWith(prefix) && memory.seen.findIndex((one) => one.hash === hash) === at,
  );
  if (fitting.length <= 1) return fitting[0];
  const list = fitting.slice(0, 5).map(({ hash, name }) => `${hash.slice(0, 16)}… (${name})`);
  throw new Failure(
    'E_AMBIGUOUS',
    `${fitting.length} hashes that were shown here begin with ${prefix}: ${list.join(', ')}. Type more of it.`,
  );
}

function atPlace({ query, shown, seen }: Memory, place: number): Seen {
  const found = place <= shown ? seen[place - 1] : undefined;
  if (found) return found;
  const last =
    query === '' ? 'No search was made here yet' : `The search for "${query}" showed ${shown}`;
  throw new Failure('E_NOT_FOUND', `${last}; there is no result ${place}. Search again.`);
}

/** Hashes that were shown here: a shown prefix has to tell these apart, too. */
export const shownHashes = ({ seen }: Memory): FileHash[] => seen.map(({ hash }) => hash);
