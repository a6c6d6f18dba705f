/** Long work in turns: whoever drives it may do other things in between. */

/** Each turn yields how many steps it took; 0 if it did nothing because it waits for work of others. */
export type WorkTurns<T> = Generator<number, T, undefined>;

/** The most steps of one turn. A step is an entry of a list that is read, or what takes as long: 20 to 100 ns. */
export const TURN_STEPS_MAX = 16_384;

/** Does all turns, one after the other: for those who have nothing else to do. */
export function allTurns<T>(turns: WorkTurns<T>): T {
  for (;;) {
    const turn = turns.next();
    if (turn.done) return turn.value;
  }
}

/** True for work in turns among the answers of handlers, which are plain data otherwise. */
export const isWorkTurns = (value: unknown): value is WorkTurns<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value && 'return' in value;
