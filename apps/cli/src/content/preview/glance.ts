/** A door for a program that looks at some places of a file: what it may read ahead there is little. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Bus } from '@iwanto/bus';
import type { Failure } from '@iwanto/wire';
import { bytesOf } from '../bytes.js';
import { HttpDoor } from '../http-door.js';
import type { ByteRange } from '../range.js';
import { typeOf } from '../playlist.js';
import type { Subject } from './subject.js';

/**
 * A program that asks for a place asks for all that follows, and closes the line when it has its frame: what lies in
 * the buffers then was fetched in vain. So it is given a frame's worth quickly and the rest at the rate of a film.
 */
const FIRST_BYTES = 393_216;
const STEP_BYTES = 65_536;
const STEP_MS = 15;

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
    paced(bytesOf(bus, subject, range, signal), signal);
  const served = { name, size, etag, type: typeOf(name), bytes };
  const door = new HttpDoor({ served: (first) => (first === '0' ? served : undefined), onFailed });
  const addressOf = await door.open();
  return { address: addressOf('0'), close: () => door.close() };
}

async function* paced(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length && !signal.aborted; at += STEP_BYTES) {
      if (given >= FIRST_BYTES) await wait(STEP_MS);
      const step = bytes.subarray(at, at + STEP_BYTES);
      given += step.length;
      yield step;
    }
  }
}
