/** Random queries, and a tenth as many announcements: 100,000, or as many as IWANTO_FUZZ says; IWANTO_SEED repeats a run. */
import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Failure } from '@iwanto/wire';
import fc from 'fast-check';
import { isSharePath, readAnnouncement } from './index.js';
import { readQuery } from './query.js';

const RUNS = Number(process.env['IWANTO_FUZZ'] ?? 100_000);
const SEED = Number(process.env['IWANTO_SEED'] ?? randomInt(1, 2 ** 31));
const LIMIT_MS = 600_000;

const part = fc.oneof(
  ...[fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('.', '..', '', 'a', '\0')],
  fc.string({ unit: 'grapheme', minLength: 250, maxLength: 260 }),
);
const path = fc.array(part, { minLength: 1, maxLength: 70 }).map((parts) => parts.join('/'));
const entry = fc.record(
  {
    path: fc.oneof(path, fc.anything({ maxDepth: 1 })),
    kind: fc.constantFrom('file', 'directory', 'device'),
    hash: fc.constantFrom('ab'.repeat(32), 'AB'.repeat(32), '', 7),
    size: fc.oneof(fc.nat(), fc.double(), fc.constant(2 ** 60)),
    modifiedMs: fc.oneof(fc.nat(), fc.double()),
    partial: fc.oneof(fc.boolean(), fc.string()),
  },
  { requiredKeys: [] },
);
const announcement = fc.record({
  ...{ peer: fc.constantFrom('cd'.repeat(10), 'cd'), catalogId: fc.constant('ef'.repeat(8)) },
  ...{ since: fc.nat(), revision: fc.oneof(fc.nat(), fc.double()), more: fc.boolean() },
  entries: fc.array(entry, { maxLength: 4 }),
  gone: fc.array(path, { maxLength: 2 }),
});

test(
  `HOSTILE 129: of a made-up announcement only lines that keep the rules are taken (seed ${SEED})`,
  () => {
    fc.assert(
      fc.property(fc.oneof(announcement, fc.anything({ maxDepth: 2 })), (made) => {
        const read = readAnnouncement(made);
        if (!read) return;
        const again = readAnnouncement(read.announcement);
        expect(again).toEqual({ announcement: read.announcement, rejected: 0 });
        expect(read.announcement.entries.every((line) => isSharePath(line.path))).toBe(true);
      }),
      { numRuns: RUNS / 10, seed: SEED },
    );
  },
  LIMIT_MS,
);

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('ext:', 'size:>1G', 'size:', 'type:video', 'type:', '"', '-', '*', '-"a', '../'),
);

test(
  `HOSTILE 54: a made-up query is understood or refused in a sentence (seed ${SEED})`,
  () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        try {
          const { words: ranked } = readQuery(words.join(' '));
          if (ranked.length > 4_096) throw new Error('a query grew');
        } catch (cause) {
          if (!(cause instanceof Failure) || cause.code !== 'E_BAD_REQUEST') throw cause;
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  LIMIT_MS,
);
