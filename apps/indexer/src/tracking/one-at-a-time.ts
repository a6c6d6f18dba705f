/** Work in turns on one tracker, one piece after the other: what is searched must not change between two turns. */
import type { WorkTurns } from '@iwanto/wire';

export class OneAtATime {
  /** The places of those who work or wait, in the order in which they came. */
  readonly #line: object[] = [];

  /** Does the work as soon as all that began before has ended. */
  *run<T>(work: WorkTurns<T>): WorkTurns<T> {
    const place = {};
    this.#line.push(place);
    try {
      while (this.#line[0] !== place) yield 0;
      return yield* work;
    } finally {
      this.#line.splice(this.#line.indexOf(place), 1);
    }
  }

  /** The same for work that takes one turn. */
  *once<T>(work: () => T): WorkTurns<T> {
    return yield* this.run(
      (function* () {
        yield 1;
        return work();
      })(),
    );
  }
}
