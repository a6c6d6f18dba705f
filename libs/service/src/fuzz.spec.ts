/** Random configurations, rates and values: 100,000 each, or as many as IWANTO_FUZZ says; IWANTO_SEED repeats a run. */
import { randomInt } from 'node:crypto';
import { test } from '@jest/globals';
import { Failure } from '@iwanto/wire';
import fc from 'fast-check';
import { looseFrom } from './config-text.js';
import { rateFrom, rateRulesFrom } from './rates.js';

const RUNS = Number(process.env['IWANTO_FUZZ'] ?? 100_000);
const SEED = Number(process.env['IWANTO_SEED'] ?? randomInt(1, 2 ** 31));
const LIMIT_MS = 600_000;

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.json({ maxDepth: 3 }),
  fc.json({ maxDepth: 3 }).map((json) => `\uFEFF${json.slice(0, -1)}`),
  fc
    .array(fc.constantFrom('5M', '1.5G', 'off', '08:00-18:00', '25:00-1', '-', ',', ' ', '9e99'))
    .map((words) => words.join(' ')),
);

test.each([
  ['configuration', (made: string) => looseFrom('config.json', made)],
  ['rate', rateFrom],
  ['list of rates', rateRulesFrom],
])(
  `HOSTILE 89: a made-up %s is read or refused in a sentence (seed ${SEED})`,
  (_, read) => {
    fc.assert(
      fc.property(text, (made) => {
        try {
          read(made);
        } catch (cause) {
          if (!(cause instanceof Failure) || cause.code !== 'E_BAD_REQUEST') throw cause;
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  LIMIT_MS,
);
