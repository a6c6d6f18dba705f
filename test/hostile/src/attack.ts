/** What an attack is, and how its outcome is judged. */
import type { Room } from './room.js';

export interface Outcome {
  /** What was measured, in one line. */
  readonly text: string;
  /** What exceeds its bound; empty if nothing does. */
  readonly wrong: readonly string[];
}

export interface Attack {
  readonly name: string;
  /** What is done to the honest peers. */
  readonly about: string;
  /** The cases of docs/hostile.md that defend against it. */
  readonly cases: readonly number[];
  /** Bytes of the file that the honest asker wants. */
  readonly wantedBytes: number;
  /** Attacks; throws if the honest peers could not do their work. */
  readonly run: (room: Room) => Promise<Outcome>;
}

/** How long the honest download may take, from how long it takes alone, both in seconds. */
export type Bound = (alone: number) => number;

/** Downloads alone, starts the attack, and downloads during it. */
export async function beside(
  room: Room,
  bound: Bound,
  begin: () => Promise<unknown>,
): Promise<Outcome> {
  // The first one opens the lines.
  await room.download();
  const alone = await room.download();
  await begin();
  const attacked = await room.download();
  const text = `alone ${alone.toFixed(2)} s, attacked ${attacked.toFixed(2)} s (${(attacked / alone).toFixed(2)} x, at most ${bound(alone).toFixed(2)} s)`;
  return { text, wrong: attacked <= bound(alone) ? [] : ['the honest download took too long'] };
}

export const withSlack: Bound = (alone) => 1.5 * alone + 3;
export const twice: Bound = (alone) => 2 * alone;
