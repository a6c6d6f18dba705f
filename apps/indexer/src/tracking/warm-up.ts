/**
 * The first search of a process takes some three times as long as a later one, because its code is not compiled yet. A
 * standby does it before anybody asks: the first question after the death of a leader waits for a standby alone.
 */
import { inTurns } from '@iwanto/bus';
import type { Tracker } from '@iwanto/tracker';
import type { WorkTurns } from '@iwanto/wire';
import type { OneAtATime } from './one-at-a-time.js';

const SHOWN = 20;
/** Lines examined for a name to search for. */
const LOOKS = 16;

export class WarmUp {
  #isDone = false;

  constructor(
    private readonly tracker: Tracker,
    private readonly work: OneAtATime,
  ) {}

  /** Searches once, as soon as there is a name to search for. */
  async look(): Promise<void> {
    if (this.#isDone) return;
    const name = this.#anyName();
    if (name === '') return;
    this.#isDone = true;
    await inTurns(this.work.run(this.#search(name)));
  }

  /** For the name, and for something that is nearly it. */
  *#search(name: string): WorkTurns<void> {
    yield* this.tracker.searching(name, SHOWN);
    yield* this.tracker.searching(`${name.slice(1)} ${name.slice(0, -1)}`, SHOWN);
  }

  /** Without signs, of which some would be read as a filter. */
  #anyName(): string {
    const lines = this.tracker.book();
    const paths = lines.flatMap(({ peer }) => this.tracker.entriesOf(peer, 0, LOOKS).entries);
    const [name = ''] = paths[0]?.path.split('/').slice(-1) ?? [];
    return name.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  }
}
