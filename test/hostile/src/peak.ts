/** The peak memory of a peer's services while something happens. */
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 50;
const KIB_PER_MIB = 1_024;

export class Peak {
  readonly #first: number;
  #most: number;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly pids: readonly number[]) {
    this.#first = this.#most = this.#now();
    this.#timer = setInterval(
      () => (this.#most = Math.max(this.#most, this.#now())),
      LOOK_EVERY_MS,
    );
  }

  #now(): number {
    return Math.max(...this.pids.map(residentMiB));
  }

  /** Growth in MiB. */
  end(): number {
    clearInterval(this.#timer);
    return this.#most - this.#first;
  }
}

function residentMiB(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1]) / KIB_PER_MIB;
}
