/** Random names from others and random data of earlier runs: 100,000, or as many as IWANTO_FUZZ says; IWANTO_SEED repeats a run. */
import { randomInt } from 'node:crypto';
import { basename, join, normalize } from 'node:path';
import { expect, test } from '@jest/globals';
import { downloadSchema } from '@iwanto/bus';
import type { SavedDownload } from '@iwanto/store';
import { Failure } from '@iwanto/wire';
import fc from 'fast-check';
import { chosenName, foreignName, numberedName } from './disk/names.js';
import { goesOnByItself, questionOf, soundOf, viewOfSaved } from './downloading/saved.js';

const RUNS = Number(process.env['IWANTO_FUZZ'] ?? 100_000);
const SEED = Number(process.env['IWANTO_SEED'] ?? randomInt(1, 2 ** 31));
const LIMIT_MS = 600_000;
const FOLDER = '/srv/fetched';

const part = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('..', '.', '/', '\\', '\0', '~', 'a.tar.gz', 'é', 'e\u0301', 'CON', '\u202e'),
  fc.constantFrom('x'.repeat(250), '👍'.repeat(63)),
);
const text = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(''));

test(
  `HOSTILE 168: a made-up name is refused, or is one step below the folder (seed ${SEED})`,
  () => {
    fc.assert(
      fc.property(text, fc.nat(100_000), (made, number) => {
        for (const [read, code] of [
          [foreignName, 'E_VERIFY'],
          [chosenName, 'E_BAD_REQUEST'],
        ] as const) {
          try {
            const name = read(made);
            for (const each of [name, numberedName(name, number, 'file')]) {
              const path = join(FOLDER, each);
              const isStep = normalize(path) === path && basename(path) === each;
              if (!isStep || Buffer.byteLength(each) > 255) throw new Error(JSON.stringify(each));
            }
            if (read === foreignName && name.startsWith('.')) throw new Error('hidden');
          } catch (cause) {
            if (!(cause instanceof Failure) || cause.code !== code) throw cause;
          }
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  LIMIT_MS,
);

const number = fc.oneof(fc.nat(), fc.double(), fc.constantFrom(-1, 2 ** 53, NaN));
const failure = fc.oneof(
  fc.constant(null),
  text,
  fc.json({ maxDepth: 2 }),
  fc.constantFrom('{"code":"E_NO_SOURCE","sentence":"s"}', '{"code":"E_ODD","sentence":"s"}'),
);
const record = fc.record({
  hash: fc.oneof(fc.constant('ab'.repeat(32)), text),
  kind: fc.oneof(fc.constantFrom('file', 'directory'), text),
  name: text,
  bytes: number,
  bytesDone: number,
  files: number,
  folder: fc.oneof(fc.constant(FOLDER), text),
  failure,
  only: fc.oneof(fc.constant(null), text),
  bytesPerSecondMax: fc.oneof(fc.constant(null), number),
  ...{ overwrite: fc.boolean(), paused: fc.boolean() },
  ...{ confirmed: fc.boolean(), reseed: fc.boolean(), ofGroup: fc.boolean() },
});

test(
  `HOSTILE 168: a made-up record of an earlier download is left out, or can be shown and resumed (seed ${SEED})`,
  () => {
    fc.assert(
      fc.property(record, (made) => {
        for (const saved of soundOf([made as SavedDownload])) {
          downloadSchema.parse(viewOfSaved(saved));
          goesOnByItself(saved);
          questionOf(saved);
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  LIMIT_MS,
);

test('HOSTILE 168: a name that is hardly more than an extension gets a number', () => {
  const name = `a.${'x'.repeat(253)}`;
  const numbered = numberedName(name, 2, 'file');
  expect(numbered).toMatch(/^a\.x+ \(2\)$/);
  expect(Buffer.byteLength(numbered)).toBe(255);
});
