/** Control messages as msgpack, checked against their schema on the way in and on the way out. */
import { Failure } from '@iwanto/wire';
import { Packr } from 'msgpackr';
import type { z } from 'zod';
import { BODY_BYTES_MAX, BODY_VALUES_MAX } from './limits.js';
import { valuesIn } from './msgpack-values.js';

/** Plain msgpack that any other implementation reads: no records, no shared structures, maps as objects. */
const packr = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

export const pack = (value: unknown): Buffer => packr.pack(value);

/** The same for a message; throws E_LIMIT where it is larger than one may be. */
export function packBody(value: unknown, what: string): Buffer {
  const body = pack(value);
  if (body.length <= BODY_BYTES_MAX) return body;
  const sentence = `${what} has ${body.length} bytes, ${BODY_BYTES_MAX} fit into a message: ask for less.`;
  throw new Failure('E_LIMIT', sentence);
}

/** The value of msgpack bytes; throws E_BAD_REQUEST where they are none, or hold more values than any message does. */
export function unpack(bytes: Uint8Array): unknown {
  if (valuesIn(bytes, BODY_VALUES_MAX) > BODY_VALUES_MAX) {
    const sentence = `The ${bytes.length} bytes received hold more than ${BODY_VALUES_MAX} values.`;
    throw new Failure('E_BAD_REQUEST', sentence);
  }
  try {
    return packr.unpack(bytes);
  } catch {
    throw new Failure('E_BAD_REQUEST', `The ${bytes.length} bytes received are not msgpack.`);
  }
}

/** The value as its schema sees it: unknown fields are gone, wrong ones are an E_BAD_REQUEST that names them. */
export function checked<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue && issue.path.length > 0 ? `field ${issue.path.join('.')}` : 'its form';
  throw new Failure(
    'E_BAD_REQUEST',
    `${what} was refused because of ${where}: ${issue?.message ?? 'it does not fit'}.`,
  );
}
