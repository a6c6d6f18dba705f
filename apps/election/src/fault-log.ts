/** Faults of the network that last: each is shown, and logged once, as soon as two looks in a row have found it. */
import { type NetworkFault, lookRegularly } from '@iwanto/bus';

const LOOK_MS = 4_000;
/** Faults at the same time: a crowd of strangers causes no more lines than this per look. */
const FAULTS_MAX = 16;

export class FaultLog {
  #found = new Set<string>();
  #lasting: readonly NetworkFault[] = [];
  readonly #stopLooking: () => void;

  constructor(
    private readonly find: () => readonly NetworkFault[],
    private readonly write: (sentence: string) => void,
  ) {
    this.#stopLooking = lookRegularly(() => this.look(), LOOK_MS);
  }

  /** What was found in the last two looks. */
  get lasting(): readonly NetworkFault[] {
    return this.#lasting;
  }

  look(): void {
    const found = this.find().slice(0, FAULTS_MAX);
    const shown = new Set(this.#lasting.map(textOf));
    this.#lasting = found.filter((fault) => this.#found.has(textOf(fault)));
    this.#found = new Set(found.map(textOf));
    for (const fault of this.#lasting) if (!shown.has(textOf(fault))) this.write(textOf(fault));
  }

  close(): void {
    this.#stopLooking();
  }
}

const textOf = ({ text, remedy }: NetworkFault): string => `${text}. ${remedy}`;
