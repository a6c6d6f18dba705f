/** Control messages as msgpack, checked against their schema on the way in and on the way out. */
import { Failure, problemOf } from '@iwanto/wire';
import { Packr } from 'msgpackr';
import type { z } from 'zod';
import { BODY_BYTES_MAX, BODY_VALUES_MAX } from './limits.js';
import { valuesIn } from './msgpack-values.js';

/**
 * Plain msgpack that any other implementation reads: no records, no shared structures, maps as objects, and a field
 * that is undefined left out, for it would be written as an extension.
 */
const packr = new Packr({
  ...{ useRecords: false, mapsAsObjects: true, int64AsType: 'number', skipValues: [undefined] },
});

export const pack = (value: unknown): Buffer => packr.pack(value);

/** The same for a message; throws E_LIMIT if it is larger than one may be. */
export function packBody(value: unknown, what: string): Buffer {
  const body = pack(value);
  if (body.length <= BODY_BYTES_MAX) return body;
  const sentence = `${what} has ${body.length} bytes, ${BODY_BYTES_MAX} fit into a message: ask for less.`;
  throw new Failure('E_LIMIT', sentence);
}

/** The value of msgpack bytes; throws E_BAD_REQUEST if they are none, hold an extension, or more values than any message. */
export function unpack(bytes: Uint8Array): unknown {
  const received = `The ${bytes.length} bytes received`;
  const values = valuesIn(bytes, BODY_VALUES_MAX);
  if (values === undefined)
    throw new Failure('E_BAD_REQUEST', `${received} contain an extension of msgpack.`);
  if (values > BODY_VALUES_MAX)
    throw new Failure('E_BAD_REQUEST', `${received} contain more than ${BODY_VALUES_MAX} values.`);
  try {
    return packr.unpack(bytes);
  } catch {
    throw new Failure('E_BAD_REQUEST', `${received} are not msgpack.`);
  }
}

/**
 * Zod compiles a schema when it is first used, which takes as long as hundreds of checks of a small message. So this
 * many are made without: a command makes a few, and a service waits for nothing when somebody waits for it.
 */
const CHECKS_UNCOMPILED = 64;
const checks = new WeakMap<z.ZodType, number>();

function isRarelyUsed(schema: z.ZodType): boolean {
  const count = (checks.get(schema) ?? 0) + 1;
  if (count <= CHECKS_UNCOMPILED) checks.set(schema, count);
  return count <= CHECKS_UNCOMPILED;
}

/** The value after its schema: unknown fields are removed, wrong ones cause an E_BAD_REQUEST that names them. */
export function checked<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value, { jitless: isRarelyUsed(schema) });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue && issue.path.length > 0 ? `field ${issue.path.join('.')}` : 'its form';
  throw new Failure(
    'E_BAD_REQUEST',
    `${what} was refused because of ${where}: ${problemOf(result.error)}.`,
  );
}
