/** What the last searches of this host found, so that a shell can complete their hashes. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Paths } from '@iwanto/service';
import { z } from 'zod';

const RESULTS_MAX = 100;

const resultsSchema = z
  .array(z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), name: z.string().max(4_096) }))
  .max(RESULTS_MAX);

export type Recent = z.infer<typeof resultsSchema>[number];

const fileOf = ({ dataDir }: Paths): string => join(dataDir, 'recent-searches.json');

/** The results of the last searches, the newest first; none where the file is absent or unreadable. */
export async function recentResults(paths: Paths): Promise<Recent[]> {
  try {
    return resultsSchema.parse(JSON.parse(await readFile(fileOf(paths), 'utf8')));
  } catch {
    return [];
  }
}

/** Keeps what a search found. It is a convenience: where it cannot be written, nothing is said. */
export async function rememberResults(paths: Paths, found: readonly Recent[]): Promise<void> {
  const newest = found.map(({ hash, name }) => ({ hash, name }));
  const hashes = new Set(newest.map(({ hash }) => hash));
  const older = (await recentResults(paths)).filter(({ hash }) => !hashes.has(hash));
  const file = fileOf(paths);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const text = JSON.stringify([...newest, ...older].slice(0, RESULTS_MAX));
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, file);
  } catch {
    // The next search tries again.
  }
}
