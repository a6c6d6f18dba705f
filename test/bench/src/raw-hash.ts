/** A thread that only hashes: the limit that indexing is measured against. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { loadBlake3 } from '@iwanto/merkle';

/** As low as that of the indexer's hashing threads, so that both get the same share of a busy machine. */
const NICENESS = 10;
const PIECE_BYTES = 1_048_576;

setPriority(0, NICENESS);
const { pieces } = workerData as { pieces: number };
const blake3 = await loadBlake3();
const piece = new Uint8Array(PIECE_BYTES).fill(7);
const startMs = performance.now();
for (let at = 0; at < pieces; at += 1) blake3.hash(piece);
parentPort?.postMessage(performance.now() - startMs);
