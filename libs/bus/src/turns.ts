/**
 * Loops over sockets that give way. A receive or a send that need not wait resolves within the same turn of the
 * event loop, so a loop over a socket with a long queue would keep timers, signals and all other sockets waiting
 * until it is empty: seconds, when fifty peers announce.
 */
import type { WorkTurns } from '@iwanto/wire';

/** How long the loops of this process together may work before everything else gets a turn, in ms. */
export const TURN_MS = 8;

/** When the first of them began in this turn; undefined if none has yet. */
let beganMs: number | undefined;
/** Those that came when the time was used up. */
let waiting: (() => void)[] = [];

/** A steady clock, without the module behind `performance`: commands load it for nothing else, 3 ms of their start. */
const nowMs = () => process.uptime() * 1_000;

function begin(): void {
  beganMs = nowMs();
  setImmediate(end);
}

/**
 * All who wait come next, each with one message at least, and only then whoever was served before: else a loop with a
 * long queue takes the whole time of every turn, and one with a single message never gets any.
 */
function end(): void {
  beganMs = undefined;
  const next = waiting;
  waiting = [];
  if (next.length > 0) begin();
  for (const come of next) come();
}

/** Resolves immediately while there is time left in this turn of the event loop, else in one of the next. */
export async function myTurn(): Promise<void> {
  if (beganMs === undefined) begin();
  const isOver = beganMs !== undefined && nowMs() - beganMs > TURN_MS;
  if (!isOver && waiting.length === 0) return;
  await new Promise<void>((come) => waiting.push(come));
}

/** Does long work, in turns of the event loop. The first begins immediately. */
export async function inTurns<T>(work: WorkTurns<T>): Promise<T> {
  let endMs = nowMs() + TURN_MS;
  for (;;) {
    const turn = work.next();
    if (turn.done) return turn.value;
    if (turn.value > 0 && nowMs() < endMs) continue;
    await new Promise<void>((come) => setImmediate(come));
    endMs = nowMs() + TURN_MS;
  }
}

/** The messages of a socket until it is closed. */
export async function* messages<T>(socket: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const frames of socket) {
    await myTurn();
    yield frames;
  }
}
