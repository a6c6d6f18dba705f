/**
 * Random msgpack as it crosses a line: 100,000 inputs, or as many as IWANTO_FUZZ says; IWANTO_SEED repeats
 * a run.
 */
import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Failure, type VerbTable, peerVerbs } from '@iwanto/wire';
import fc from 'fast-check';
import { checked, pack, unpack } from './codec.js';
import { news, verbs } from './contract.js';
import { valuesIn } from './msgpack-values.js';

const RUNS = Number(process.env['IWANTO_FUZZ'] ?? 100_000);
const SEED = Number(process.env['IWANTO_SEED'] ?? randomInt(1, 2 ** 31));
const LIMIT_MS = 600_000;

/** Throws unless the work ends, or is refused as bad input; a refusal is false. */
function isTaken(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (cause) {
    if (cause instanceof Failure && cause.code === 'E_BAD_REQUEST') return false;
    throw cause;
  }
}

/** Bytes that are nearly msgpack: what was packed, with some of it changed or cut off. */
const packed = [
  { verb: 'search', query: 'ä b', limit: 20, filters: { kind: 'file', bytesMin: 2 ** 40 } },
  { peer: 'ab'.repeat(10), entries: [{ path: 'a/b', size: -1.5, partial: true, hash: null }] },
  { announcement: Buffer.alloc(40, 7), since: 2 ** 33, gone: ['x', ''], __proto: [[], {}] },
].map(pack);
const nearly = fc
  .tuple(
    fc.constantFrom(...packed),
    fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }),
    fc.nat(3),
  )
  .map(([sample, changes, cut]) => {
    const bytes = Buffer.from(sample);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return cut === 3 ? bytes.subarray(0, bytes.length - 1) : bytes;
  });

test(
  `HOSTILE 167: made-up bytes are refused as no msgpack, or come back the same (seed ${SEED})`,
  () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(nearly, fc.uint8Array({ maxLength: 64 })), (bytes) => {
        taken += Number(
          isTaken(() => {
            const written = pack(unpack(bytes));
            if (!pack(unpack(written)).equals(written)) throw new Error('another value');
          }),
        );
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(taken).toBeGreaterThan(RUNS / 20);
  },
  LIMIT_MS,
);

test.each([
  ['a big integer', 'd44200'],
  ['a date', 'd6ff00000001'],
  ['an error', 'c7036593c0c0c0'],
  ['nothing', 'd40000'],
  ['one in a list', '9201d47200'],
])('HOSTILE 169: an extension of msgpack is refused: %s', (_, hex) => {
  expect(() => unpack(Buffer.from(hex, 'hex'))).toThrow('an extension of msgpack');
});

test('a field that is undefined is left out', () => {
  expect(pack({ given: 1, not: undefined })).toEqual(pack({ given: 1 }));
});

/** Keys that the rows know, so that a made-up value gets past its first field. */
const keys = [
  ...['hash', 'query', 'limit', 'peer', 'path', 'after', 'filters', 'hashes', 'id', 'results'],
  ...['total', 'leader', 'since', 'entries', 'announcement', 'name', 'size', 'kind', '__proto__'],
];
const leaf = fc.oneof(
  ...[fc.string({ maxLength: 8 }), fc.double(), fc.boolean(), fc.constant(null), fc.nat(9)],
  ...[fc.uint8Array({ maxLength: 8 }), fc.constant('ab'.repeat(32)), fc.constant('file')],
);
const list = fc.array(leaf, { maxLength: 3 });
const flat = fc.dictionary(fc.constantFrom(...keys), fc.oneof(leaf, list), { maxKeys: 6 });
const value = fc.oneof(
  flat,
  fc.dictionary(fc.constantFrom(...keys), fc.oneof(leaf, flat, fc.array(flat, { maxLength: 2 })), {
    maxKeys: 4,
  }),
);

const tables: Record<string, VerbTable> = { 'between hosts': peerVerbs, 'on the bus': verbs };
const schemas = [
  ...Object.entries(tables).flatMap(([where, table]) =>
    Object.entries(table).flatMap(([verb, { question, answer }]) => [
      { what: `${verb}, asked ${where}`, schema: question },
      { what: `${verb}, answered ${where}`, schema: answer },
    ]),
  ),
  ...Object.entries(news).map(([topic, { body }]) => ({ what: topic, schema: body })),
];

/** A value and everything in it; a map counts its keys, too. */
const countOf = (made: unknown): number => {
  if (typeof made !== 'object' || made === null || made instanceof Uint8Array) return 1;
  if (Array.isArray(made)) return made.reduce<number>((sum, one) => sum + countOf(one), 1);
  return Object.values(made).reduce<number>((sum, one) => sum + 1 + countOf(one), 1);
};

test(
  `HOSTILE 167: values are counted before they are made (seed ${SEED})`,
  () => {
    const long = fc.oneof(value, fc.string({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }));
    const many = fc.array(fc.oneof(fc.double(), fc.integer()), { maxLength: 40 });
    fc.assert(
      fc.property(fc.oneof(long, many, fc.constant(Array(300).fill('x'.repeat(40)))), (made) => {
        expect(valuesIn(pack(made), 1_000_000)).toBe(countOf(made));
      }),
      { numRuns: Math.ceil(RUNS / 10), seed: SEED },
    );
  },
  LIMIT_MS,
);

test(
  `HOSTILE 167: made-up questions, answers and news are refused, or the same when read again (seed ${SEED})`,
  () => {
    fc.assert(
      fc.property(fc.constantFrom(...schemas), value, ({ what, schema }, made) => {
        isTaken(() => {
          const taken = checked(schema, made, what);
          const again = checked(schema, unpack(pack(taken)), what);
          expect(again).toEqual(taken);
        });
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  LIMIT_MS,
);

/** How much memory may remain in use after all of them, in MiB. */
const GROWTH_MIB_MAX = 64;

test('HOSTILE 167: what claims to be long, is nested deeply, or holds a value in each byte, costs no lasting memory', () => {
  const before = process.memoryUsage().rss;
  const claims = ['dd', 'df', 'c6', 'db', 'c9'].flatMap((head) =>
    ['00008000', '01000000', '7fffffff', 'ffffffff'].map((length) => head + length),
  );
  for (const claim of claims)
    expect(isTaken(() => unpack(Buffer.from(claim.repeat(2_000), 'hex')))).toBe(false);
  expect(isTaken(() => unpack(Buffer.alloc(900_000, 0x91)))).toBe(false);
  const dense = Buffer.concat([Buffer.from('dd000f4240', 'hex'), Buffer.alloc(1_000_000, 0x80)]);
  for (let times = 0; times < 20; times += 1) expect(isTaken(() => unpack(dense))).toBe(false);
  expect(process.memoryUsage().rss - before).toBeLessThan(GROWTH_MIB_MAX * 2 ** 20);
});
