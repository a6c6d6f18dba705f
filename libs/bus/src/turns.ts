/**
 * Loops over sockets that give way. A receive or a send that need not wait resolves within the same turn of the
 * event loop, so a loop over a socket with a long queue would keep timers, signals and all other sockets waiting
 * until it is empty: seconds, where fifty peers announce.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long the loops of this process together may work before everything else gets a turn, in ms. */
const TURN_MS = 8;

/** When the first of them began in this turn; undefined where none has yet. */
let beganMs: number | undefined;

function begin(): void {
  beganMs = performance.now();
  setImmediate(() => {
    beganMs = undefined;
  });
}

/** Resolves immediately while there is time left in this turn of the event loop, else in one of the next. */
export async function myTurn(): Promise<void> {
  while (beganMs !== undefined && performance.now() - beganMs > TURN_MS) await nextTurn();
  if (beganMs === undefined) begin();
}

/** The messages of a socket until it is closed. */
export async function* messages<T>(socket: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const frames of socket) {
    await myTurn();
    yield frames;
  }
}
