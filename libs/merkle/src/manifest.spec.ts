/** Manifests: canonical, and refused as a whole when they are not (HOSTILE 58-64, 68). */
import { describe, expect, test } from '@jest/globals';
import { Failure, type FileHash } from '@iwanto/wire';
import fc from 'fast-check';
import * as twin from '../vectors/slow-twin.mjs';
import {
  type ManifestEntry,
  collisionKey,
  compareNames,
  encodeManifest,
  manifestTotals,
  nameProblem,
  parseManifest,
  portableNameProblem,
} from './index.js';

const root = 'ab'.repeat(32) as FileHash;
const file = (name: string, size = 1): ManifestEntry => ({
  kind: 'file',
  name,
  size,
  root,
  exec: false,
  mtimeSeconds: 7,
});
/** The bytes that a sender without checks of names would produce. */
const forged = (...entries: ManifestEntry[]) => twin.manifest(entries);
const refusal = (bytes: Uint8Array): string => {
  try {
    parseManifest(bytes);
  } catch (cause) {
    if (cause instanceof Failure && cause.code === 'E_VERIFY') return cause.sentence;
    throw cause;
  }
  return '';
};

const safe = fc.integer({ min: 0, max: 2 ** 40 });
const nameArbitrary = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .map((name) => name.normalize('NFC'))
  .filter((name) => nameProblem(name) === undefined);
const rootArbitrary = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex') as FileHash);
const entryArbitrary: fc.Arbitrary<ManifestEntry> = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    name: nameArbitrary,
    size: safe,
    root: rootArbitrary,
    exec: fc.boolean(),
    mtimeSeconds: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  }),
  fc.record({
    kind: fc.constant('directory' as const),
    name: nameArbitrary,
    root: rootArbitrary,
    bytes: safe,
    files: safe,
  }),
  fc.record({
    kind: fc.constant('symlink' as const),
    name: nameArbitrary,
    target: fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !text.includes('\0')),
  }),
);
const entriesArbitrary = fc.uniqueArray(entryArbitrary, {
  maxLength: 20,
  selector: ({ name }) => name,
});

describe('a manifest', () => {
  test('is the twin’s, whatever the order, and reads back', () => {
    fc.assert(
      fc.property(entriesArbitrary, (entries) => {
        const bytes = encodeManifest(entries);
        expect(Buffer.from(bytes)).toEqual(Buffer.from(twin.manifest(entries)));
        expect(Buffer.from(encodeManifest(entries.toReversed()))).toEqual(Buffer.from(bytes));
        const read = parseManifest(bytes);
        expect(new Set(read)).toEqual(new Set(entries));
        expect(manifestTotals(read)).toEqual(manifestTotals(entries));
      }),
    );
  });

  test('with any byte changed is refused or says something else', () => {
    fc.assert(
      fc.property(
        entriesArbitrary,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (entries, at, by) => {
          const bytes = encodeManifest(entries).slice();
          bytes[at % bytes.length]! ^= by;
          if (refusal(bytes) === '') expect(parseManifest(bytes)).not.toEqual(entries);
        },
      ),
    );
  });

  test('from noise is refused and never anything else', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => refusal(bytes) !== ''));
  });

  test('cut short or followed by more is refused', () => {
    const bytes = encodeManifest([file('a'), file('b')]);
    for (let end = 0; end < bytes.length; end += 1) {
      expect(refusal(bytes.subarray(0, end))).not.toBe('');
    }
    expect(refusal(new Uint8Array([...bytes, 0]))).toContain('bytes follow');
  });
});

describe('names', () => {
  test.each([
    ['HOSTILE 58', '../x'],
    ['HOSTILE 58', 'a/../../x'],
    ['HOSTILE 58', '/etc/x'],
    ['HOSTILE 58', 'C:\\x'],
    ['HOSTILE 58', '\\\\srv\\x'],
    ['HOSTILE 58', 'a\\..\\b'],
    ['HOSTILE 59', '.'],
    ['HOSTILE 59', '..'],
    ['HOSTILE 59', ''],
    ['HOSTILE 61', 'u\u0308'],
    ['HOSTILE 64', 'x'.repeat(256)],
    ['HOSTILE 64', 'ä'.repeat(128)],
    ['a zero byte', 'a\0b'],
  ])('%s: a manifest with the name %j is refused as a whole', (_, name) => {
    expect(refusal(forged(file('good'), file(name)))).toContain('refused');
    expect(() => encodeManifest([file(name)])).toThrow(Failure);
  });

  test('that are not UTF-8 are refused', () => {
    const bytes = encodeManifest([file('name')]).slice();
    bytes[8 + 3] = 0xff;
    expect(refusal(bytes)).toContain('UTF-8');
  });

  test('HOSTILE 59: names that Windows would change are known', () => {
    for (const name of ['CON', 'nul', 'COM1.txt', 'a:b', 'dot.', 'space ', 'a*', 'a\nb']) {
      expect(portableNameProblem(name)).toBeDefined();
    }
    for (const name of ['console', 'COM.txt', 'a.b', ' a', 'ä']) {
      expect(portableNameProblem(name)).toBeUndefined();
    }
  });

  test('HOSTILE 60: control characters are kept, byte for byte', () => {
    const name = 'a\n\x1b[31m\u202eb\u200b';
    expect(parseManifest(encodeManifest([file(name)]))).toMatchObject([{ name }]);
  });

  test('HOSTILE 61: case twins have one collision key', () => {
    expect(collisionKey('README')).toBe(collisionKey('readme'));
    expect(collisionKey('STRASSE')).toBe(collisionKey('straße'));
    expect(collisionKey('a')).not.toBe(collisionKey('b'));
  });

  test('HOSTILE 62: one name twice is refused, whatever the kinds', () => {
    const directory: ManifestEntry = { kind: 'directory', name: 'a', root, bytes: 0, files: 0 };
    expect(refusal(forged(file('a'), directory))).toContain('twice');
    expect(() => encodeManifest([file('a'), directory])).toThrow(Failure);
  });

  test('sort by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        const byBytes = Buffer.compare(Buffer.from(one), Buffer.from(other));
        expect(Math.sign(compareNames(one, other))).toBe(byBytes);
      }),
    );
  });
});

describe('entries', () => {
  test('HOSTILE 63: there is no kind for devices or hard links', () => {
    for (const kind of [0, 4, 5, 255]) {
      const bytes = encodeManifest([file('a')]).slice();
      bytes[8] = kind;
      expect(refusal(bytes)).toContain('unknown kind');
    }
  });

  test('out of order are refused', () => {
    const [a, b] = [encodeManifest([file('a')]), encodeManifest([file('b')])];
    const swapped = new Uint8Array([...a.subarray(0, 7), 2, ...b.subarray(8), ...a.subarray(8)]);
    expect(refusal(swapped)).toContain('order');
  });

  test('with unknown flags, or numbers too large to count, are refused', () => {
    const bytes = encodeManifest([file('a')]);
    const flagged = bytes.slice();
    flagged[8 + 4 + 40] = 2;
    expect(refusal(flagged)).toContain('flags');
    const huge = bytes.slice();
    huge[8 + 4] = 0xff;
    expect(refusal(huge)).toContain('too large');
    const most = Number.MAX_SAFE_INTEGER;
    expect(refusal(forged(file('a', most), file('b', most)))).toContain('add up');
  });

  test('HOSTILE 68: none, or a hundred thousand, are fine; a count beyond the limit is refused', () => {
    expect(parseManifest(encodeManifest([]))).toEqual([]);
    const many = Array.from({ length: 100_000 }, (_, at) => file(`f${at}`));
    expect(parseManifest(encodeManifest(many))).toHaveLength(100_000);
    const claim = encodeManifest([]).slice();
    claim.set([0xff, 0xff, 0xff, 0xff], 4);
    expect(refusal(claim)).toContain('too many');
  });
});
