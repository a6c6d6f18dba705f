/** A thread that only hashes: the limit that indexing is measured against. */
import { openSync, readSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { loadBlake3, pieceBuffer } from '@iwanto/merkle';

/** As low as that of the indexer's hashing threads, so that both get the same share of a busy machine. */
const NICENESS = 10;
const PIECE_BYTES = 1_048_576;

setPriority(0, NICENESS);
/** With a path the pieces are read first, as any program has to; without one they stay in the processor's cache. */
const { pieces, path } = workerData as { pieces: number; path?: string };
const blake3 = await loadBlake3();
const piece = pieceBuffer(PIECE_BYTES).fill(7);
const fd = path === undefined ? undefined : openSync(path, 'r');
const startMs = performance.now();
for (let at = 0; at < pieces; at += 1) {
  if (fd !== undefined) readSync(fd, piece, 0, PIECE_BYTES, at * PIECE_BYTES);
  blake3.hash(piece);
}
parentPort?.postMessage(performance.now() - startMs);
