/** The bytes of a content as a stream: several requests in flight, answers in order, as fast as they are consumed. */
import { randomUUID } from 'node:crypto';
import { BUS_BYTES_MAX, type Bus } from '@iwanto/bus';
import type { FileHash } from '@iwanto/wire';
import type { ByteRange } from './range.js';

/** Requests in flight; one at first, because many clients are gone after the first bytes. */
const AT_ONCE_MAX = 8;
/** Slices that are asked for one by one. */
const ALONE = 2;

export interface Wanted {
  readonly hash: FileHash;
  /** The folder that it is part of. */
  readonly within?: FileHash;
}

/** Ends silently when `signal` aborts; nothing is fetched for it then. Throws the service's Failure. */
export async function* bytesOf(
  bus: Bus,
  wanted: Wanted,
  range: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = randomUUID();
  const release = () => {
    bus.call('read.close', { hash: wanted.hash, reader }).catch(() => undefined);
  };
  signal.addEventListener('abort', release);
  const read = (slice: ByteRange) => sliceOf(bus, { ...wanted, reader }, slice, signal);
  const open: Promise<Uint8Array[]>[] = [];
  const slices = slicesOf(range);
  let atOnce = 1;
  let given = 0;
  try {
    for (;;) {
      while (open.length < atOnce) {
        const next = slices.next();
        if (next.done) break;
        const reading = read(next.value);
        // Whoever awaits it gets the rejection; after an abort nobody awaits it.
        reading.catch(() => undefined);
        open.push(reading);
      }
      const first = open.shift();
      if (!first || signal.aborted) return;
      yield* await first;
      given += 1;
      if (given >= ALONE) atOnce = Math.min(AT_ONCE_MAX, atOnce + 1);
    }
  } finally {
    signal.removeEventListener('abort', release);
    if (!signal.aborted) release();
  }
}

/** Cut at fixed offsets, the same for every reader, so that no slice spans two pieces. */
function* slicesOf({ from, to }: ByteRange): Generator<ByteRange> {
  for (let at = from; at < to;) {
    const next = Math.min(to, (Math.floor(at / BUS_BYTES_MAX) + 1) * BUS_BYTES_MAX);
    yield { from: at, to: next };
    at = next;
  }
}

/** The service answers with nothing while nothing is there: asked again, it knows that somebody still waits. */
async function sliceOf(
  bus: Bus,
  reading: Wanted & { readonly reader: string },
  { from, to }: ByteRange,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  let offset = from;
  while (offset < to && !signal.aborted) {
    const { bytes } = await bus.call('read.bytes', { ...reading, offset, count: to - offset });
    if (bytes.length > 0) parts.push(bytes);
    offset += bytes.length;
  }
  return parts;
}
