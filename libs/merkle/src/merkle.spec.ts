/** Content hashes against golden vectors and a slow second implementation that was written from docs/wire.md alone. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type FileHash, pieceCount } from '@iwanto/wire';
import fc from 'fast-check';
import * as twin from '../vectors/slow-twin.mjs';
import {
  type Blake3,
  FileRootBuilder,
  type ManifestEntry,
  directoryRoot,
  encodeManifest,
  fileRootFromDigests,
  loadBlake3,
  loadNativeBlake3,
  loadWasmBlake3,
  parseManifest,
  pieceBytes,
  proveRun,
  verifyDigests,
  verifyPiece,
  verifyRun,
} from './index.js';

interface Vectors {
  files: { size: number; root: FileHash }[];
  layers: {
    roots: { count: number; root: FileHash }[];
    proofs: { pieces: number; first: number; count: number; proof: string }[];
  };
  manifests: { entries: ManifestEntry[]; bytes: string; root: FileHash }[];
}

const MIB = 1_048_576;
const vectors = JSON.parse(
  readFileSync(new URL('../vectors/vectors.json', import.meta.url), 'utf8'),
) as Vectors;

const hashers: [string, Blake3][] = [
  ['native', await loadNativeBlake3()],
  ['wasm', await loadWasmBlake3()],
];
const [[, native], [, wasm]] = hashers as [[string, Blake3], [string, Blake3]];

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const layer = (blake3: Blake3, count: number) =>
  Array.from({ length: count }, (_, at) => blake3.hash(Uint8Array.of(at % 256, at >> 8)));
const joined = (digests: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(digests));

function rootOf(blake3: Blake3, content: Uint8Array): FileHash {
  const builder = new FileRootBuilder(blake3);
  for (let at = 0; at < content.length; at += MIB) {
    builder.push(blake3.hash(content.subarray(at, at + MIB)));
  }
  return builder.finish(content.length);
}

describe.each(hashers)('golden vectors with %s BLAKE3', (_, blake3) => {
  test.each(vectors.files)('a file of $size bytes', ({ size, root }) => {
    expect(rootOf(blake3, twin.pattern(size))).toBe(root);
  });

  test.each(vectors.layers.roots)('a layer of $count digests', ({ count, root }) => {
    expect(fileRootFromDigests(blake3, joined(layer(blake3, count)), count * MIB)).toBe(root);
  });

  test.each(vectors.layers.proofs)(
    'a proof of $count from $first of $pieces pieces',
    ({ pieces, first, count, proof }) => {
      const digests = joined(layer(blake3, pieces));
      const size = pieces * MIB;
      expect(
        Buffer.from(proveRun(blake3, { digests, size }, { first, count })).toString('hex'),
      ).toBe(proof);
    },
  );

  test.each(vectors.manifests)('a manifest with root $root', ({ entries, root, ...manifest }) => {
    const encoded = encodeManifest(entries);
    expect(Buffer.from(encoded).toString('hex')).toBe(manifest.bytes);
    expect(directoryRoot(blake3, encoded)).toBe(root);
    expect(new Set(parseManifest(bytes(manifest.bytes)))).toEqual(new Set(entries));
  });
});

describe('BLAKE3', () => {
  test('is the native one where it loads', async () => {
    expect((await loadBlake3()).name).toBe('native');
  });

  test('is the same from native, wasm and twin, plain and keyed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (data) => {
        expect(Buffer.from(native.hash(data))).toEqual(Buffer.from(wasm.hash(data)));
        expect(twin.hex(native.hash(data))).toBe(twin.hex(twin.plain(data)));
        const keyed = native.keyed('inner', data);
        expect(Buffer.from(keyed)).toEqual(Buffer.from(wasm.keyed('inner', data)));
        expect(native.keyedHex('inner', data)).toBe(twin.hex(keyed));
        expect(wasm.keyedHex('inner', data)).toBe(twin.hex(keyed));
        expect(twin.hex(keyed)).toBe(twin.hex(twin.keyed('iwanto 1 inner node', data)));
      }),
      { numRuns: 60 },
    );
  });

  test('gives fresh arrays', () => {
    for (const [, blake3] of hashers) {
      const first = blake3.hash(Uint8Array.of(1));
      const kept = Buffer.from(first);
      blake3.hash(Uint8Array.of(2));
      blake3.keyed('file', Uint8Array.of(3));
      expect(Buffer.from(first)).toEqual(kept);
    }
  });
});

const digestArbitrary = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** Digests of a file, its size, and a run in it. */
const fileWithRun = fc
  .tuple(
    fc.array(digestArbitrary, { minLength: 1, maxLength: 70 }),
    fc.integer({ min: 1, max: MIB }),
  )
  .chain(([digests, lastBytes]) =>
    fc.record({
      digests: fc.constant(digests),
      size: fc.constant((digests.length - 1) * MIB + lastBytes),
      first: fc.integer({ min: 0, max: digests.length - 1 }),
      span: fc.nat(),
    }),
  )
  .map(({ digests, size, first, span }) => ({
    digests,
    size,
    run: { first, count: 1 + (span % (digests.length - first)) },
  }));

describe('the tree', () => {
  test('streaming gives what the twin gives', () => {
    fc.assert(
      fc.property(fileWithRun, ({ digests, size }) => {
        const root = fileRootFromDigests(native, joined(digests), size);
        expect(root).toBe(twin.rootOfDigests(size, digests));
        expect(verifyDigests(native, { root, size }, joined(digests))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('a proof holds for its run, and for nothing else', () => {
    fc.assert(
      fc.property(fileWithRun, fc.nat(), ({ digests, size, run }, at) => {
        const whole = joined(digests);
        const root = fileRootFromDigests(native, whole, size);
        const proof = proveRun(native, { digests: whole, size }, run);
        const part = whole.slice(run.first * 32, (run.first + run.count) * 32);
        const good = { ...run, digests: part, proof };
        expect(verifyRun(native, { root, size }, good)).toBe(true);
        const flipped = (source: Uint8Array) => {
          const copy = source.slice();
          copy[at % copy.length]! ^= 1;
          return copy;
        };
        expect(verifyRun(native, { root, size }, { ...good, digests: flipped(part) })).toBe(false);
        if (proof.length > 0) {
          expect(verifyRun(native, { root, size }, { ...good, proof: flipped(proof) })).toBe(false);
          expect(verifyRun(native, { root, size }, { ...good, proof: proof.slice(32) })).toBe(
            false,
          );
        }
        const longer = new Uint8Array([...proof, ...new Uint8Array(32)]);
        expect(verifyRun(native, { root, size }, { ...good, proof: longer })).toBe(false);
        expect(verifyRun(native, { root, size: size + 1 }, good)).toBe(false);
        expect(verifyRun(native, { root, size: size + MIB }, good)).toBe(false);
        if (run.first + run.count < digests.length) {
          const moved = { ...good, first: run.first + 1 };
          const isSame = digests.every((digest) => Buffer.compare(digest, digests[0]!) === 0);
          if (!isSame) expect(verifyRun(native, { root, size }, moved)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a wrong size or number of digests is refused', () => {
    const digests = joined(layer(native, 3));
    const root = fileRootFromDigests(native, digests, 3 * MIB);
    expect(verifyDigests(native, { root, size: 3 * MIB }, digests)).toBe(true);
    expect(verifyDigests(native, { root, size: 3 * MIB - 1 }, digests)).toBe(false);
    for (const size of [-1, NaN, 2.5, 4 * MIB, 2 * MIB, Number.MAX_SAFE_INTEGER]) {
      expect(verifyDigests(native, { root, size }, digests)).toBe(false);
    }
    expect(() => fileRootFromDigests(native, digests, 4 * MIB)).toThrow(RangeError);
    expect(() => new FileRootBuilder(native).finish(1)).toThrow(RangeError);
  });

  test('an inner node cannot stand for a leaf: no file of two pieces has the root of one', () => {
    const [one, two] = layer(native, 2) as [Uint8Array, Uint8Array];
    const inner = native.keyed('inner', joined([one, two]));
    expect(fileRootFromDigests(native, inner, MIB)).not.toBe(
      fileRootFromDigests(native, joined([one, two]), 2 * MIB),
    );
  });
});

describe('pieces', () => {
  test('are 1 MiB but for the last', () => {
    expect([0, 1, MIB, MIB + 1].map(pieceCount)).toEqual([0, 1, 1, 2]);
    expect([pieceBytes(MIB + 1, 0), pieceBytes(MIB + 1, 1)]).toEqual([MIB, 1]);
    for (const index of [-1, 2, 0.5, NaN]) {
      expect(() => pieceBytes(MIB + 1, index)).toThrow(RangeError);
    }
  });

  test('are verified', () => {
    const digest = native.hash(Uint8Array.of(1, 2));
    expect(verifyPiece(native, digest, Uint8Array.of(1, 2))).toBe(true);
    expect(verifyPiece(native, digest, Uint8Array.of(1, 3))).toBe(false);
    expect(verifyPiece(native, digest.subarray(1), Uint8Array.of(1, 2))).toBe(false);
  });
});
