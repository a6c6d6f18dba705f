/** Whatever a value lacks, the user reads it in plain words. */
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { peerIdSchema } from './ids.js';
import { problemOf } from './problem.js';

const problem = (schema: z.ZodType, value: unknown): string => {
  const { error } = schema.safeParse(value);
  return error ? problemOf(error) : 'fits';
};

test.each<[string, z.ZodType, unknown]>([
  ['it must be at most 9', z.number().max(9), 10],
  ['it must be at least 0', z.number().min(0), -1],
  ['it must be a whole number', z.number().int(), 1.5],
  ['it must be a number', z.number(), 'x'],
  ['it must be text', z.string(), 7],
  ['it must be true or false', z.boolean(), 'maybe'],
  ['it must be an object', z.object({ path: z.string() }), 'x'],
  ['it must be a list', z.array(z.string()), 'x'],
  ['it is missing', z.object({ path: z.string() }), {}],
  ['it is empty', z.string().min(1), ''],
  ['it must have at least 3 characters', z.string().min(3), 'ab'],
  ['it must have at most 3 characters', z.string().max(3), 'abcd'],
  ['it must have at most 1 entries', z.array(z.string()).max(1), ['a', 'b']],
  ['it must be one of "open", "group", "pinned"', z.enum(['open', 'group', 'pinned']), 'closed'],
  ['it must be "a"', z.literal('a'), 'b'],
  ['"b" is unknown', z.strictObject({}), { b: 1 }],
  ['it has the wrong form', z.string().regex(/^a/), 'b'],
  ['it has the wrong form', z.number().or(z.boolean()), 'x'],
  ['a peer id has 20 of the characters 0-9 and a-f', peerIdSchema, 'zz'],
  ['no rate', z.string().refine(() => false, 'no rate'), 'x'],
])('%s', (expected, schema, value) => {
  expect(problem(schema, value)).toBe(expected);
});
