/** What the demo shares: documents that are already on the machine, and one large file generated from a seed. */
import { createCipheriv, createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { sha256Of } from '@iwanto/peer';

const CHUNK_BYTES = 1_048_576;
/** Documents are many and small; the demo wants some of them. */
const DOCUMENTS_MAX = 400;
const DOCUMENT_BYTES_MAX = 1_048_576;
const DEPTH_MAX = 3;

/** Writes `bytes` pseudo-random bytes that follow from the seed alone. */
export async function writeSeeded(path: string, seed: string, bytes: number): Promise<void> {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(CHUNK_BYTES);
  const file = await open(path, 'wx');
  try {
    for (let written = 0; written < bytes; written += CHUNK_BYTES) {
      await file.write(cipher.update(zeros.subarray(0, Math.min(CHUNK_BYTES, bytes - written))));
    }
  } finally {
    await file.close();
  }
}

/** Copies documents of this machine below `target`, keeping their folders; returns how many. */
export async function copyDocuments(sources: readonly string[], target: string): Promise<number> {
  let copied = 0;
  for (const source of sources.filter((folder) => existsSync(folder))) {
    for (const path of await documentsIn(source, DEPTH_MAX)) {
      if (copied >= DOCUMENTS_MAX) return copied;
      const place = join(target, basename(source), relative(source, path));
      await mkdir(join(place, '..'), { recursive: true });
      await copyFile(path, place);
      copied += 1;
    }
  }
  return copied;
}

async function documentsIn(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  // Hidden and temporary files are never shared.
  const usual = entries.filter(({ name }) => !/^[.#~]|[~#]$|\.(tmp|temp|part|swp)$/.test(name));
  for (const entry of usual.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (found.length >= DOCUMENTS_MAX) break;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 0) found.push(...(await documentsIn(path, depth - 1)));
    else if (entry.isFile() && (await stat(path)).size <= DOCUMENT_BYTES_MAX) found.push(path);
  }
  return found;
}

/** Compares two folders byte by byte; returns how many files are equal, throws at the first difference. */
export async function compareFolders(a: string, b: string): Promise<number> {
  const [inA, inB] = await Promise.all([filesIn(a), filesIn(b)]);
  if (inA.join('\n') !== inB.join('\n')) {
    throw new Error(`${a} has ${inA.length} files, ${b} has ${inB.length}, or their names differ`);
  }
  for (const name of inA) {
    if ((await sha256Of(join(a, name))) === (await sha256Of(join(b, name)))) continue;
    throw new Error(`${join(b, name)} differs from ${join(a, name)}`);
  }
  return inA.length;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
