/** Random manifests and proofs: 100,000 each, or as many as IWANTO_FUZZ says; IWANTO_SEED repeats a run. */
import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Failure, type FileHash, PIECE_BYTES } from '@iwanto/wire';
import fc from 'fast-check';
import { encodeManifest, loadBlake3, parseManifest, verifyDigests, verifyRun } from './index.js';

const RUNS = Number(process.env['IWANTO_FUZZ'] ?? 100_000);
const SEED = Number(process.env['IWANTO_SEED'] ?? randomInt(1, 2 ** 31));
const LIMIT_MS = 600_000;

const root = 'ab'.repeat(32) as FileHash;
const sample = encodeManifest([
  { kind: 'directory', name: 'a', root, bytes: 9, files: 2 },
  { kind: 'file', name: 'bé', size: 7, root, exec: true, mtimeSeconds: 3 },
  { kind: 'symlink', name: 'c', target: 'a/d' },
]);

/** The sample with a few bytes changed, cut or doubled: most of it still fits. */
const changed = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 3 }),
    fc.nat(sample.length),
    fc.boolean(),
  )
  .map(([changes, cut, isCut]) => {
    const bytes = sample.slice();
    for (const [at, byte] of changes) bytes[at] = byte;
    return isCut ? bytes.subarray(0, cut) : bytes;
  });

test(
  `HOSTILE 129: a made-up manifest is refused, or is the only way to write what it says (seed ${SEED})`,
  () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        try {
          const entries = parseManifest(bytes);
          accepted += 1;
          if (Buffer.compare(encodeManifest(entries), bytes) !== 0) throw new Error('another form');
        } catch (cause) {
          if (!(cause instanceof Failure) || cause.code !== 'E_VERIFY') throw cause;
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(accepted).toBeGreaterThan(RUNS / 20);
  },
  LIMIT_MS,
);

test(
  `HOSTILE 129: a made-up proof or layer is refused without a word, whatever size it claims (seed ${SEED})`,
  async () => {
    const blake3 = await loadBlake3();
    const number = fc.oneof(fc.integer({ min: -2, max: 40 }), fc.double());
    const size = fc.oneof(fc.nat(20 * PIECE_BYTES), fc.double(), fc.constant(2 ** 53 - 1));
    const digests = fc.nat(12).map((count) => new Uint8Array(32 * count).fill(count));
    const ragged = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(
        size,
        number,
        number,
        fc.oneof(digests, ragged),
        fc.oneof(digests, ragged),
        (...of) => {
          const [bytes, first, count, run, proof] = of;
          const file = { root, size: bytes };
          if (verifyRun(blake3, file, { first, count, digests: run, proof }))
            throw new Error('a proof');
          if (verifyDigests(blake3, file, run)) throw new Error('a layer');
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  },
  LIMIT_MS,
);
