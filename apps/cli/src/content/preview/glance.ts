/** A door for a program that looks at some places of a file: it may read ahead only a little there. */
import type { Bus } from '@iwanto/bus';
import type { Failure } from '@iwanto/wire';
import { bytesOf } from '../bytes.js';
import { HttpDoor } from '../http-door.js';
import { paced } from '../paced.js';
import type { ByteRange } from '../range.js';
import { typeOf } from '../playlist.js';
import type { Subject } from './subject.js';

export interface Glance {
  readonly address: string;
  close(): void;
}

export async function glanceAt(
  bus: Bus,
  subject: Subject,
  onFailed: (failure: Failure) => void,
): Promise<Glance> {
  const { hash: etag, name, size } = subject;
  const bytes = (range: ByteRange, signal: AbortSignal) =>
    paced(bytesOf(bus, subject, range, signal), signal, Infinity);
  const served = { name, size, etag, type: typeOf(name), bytes };
  const door = new HttpDoor({ served: (first) => (first === '0' ? served : undefined), onFailed });
  const addressOf = await door.open();
  return { address: addressOf('0'), close: () => door.close() };
}
