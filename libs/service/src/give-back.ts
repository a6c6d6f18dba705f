/** Returns memory that only the start needed to the system. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often a service is checked, in ms. */
const LOOK_MS = 10_000;
/** It is idle when it used less processor time than this since the last check, in ms. */
const REST_MS = LOOK_MS * 0.02;
/** So much work leaves garbage that is worth a pause, in ms of processor time. */
const WORK_MS = 2_000;

/** Blocks for some 100 ms: only for a process that nobody is waiting for. */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how: object) => void;
  // The only kind of collection that also frees compiled code, and pages that V8 keeps for later.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Decides when it is time: at the first idle time after the start, and after each large task, such as many new files. */
export class Rests {
  #workedMs = WORK_MS;

  /** Called with the processor time used since the last call. */
  isDue(usedMs: number): boolean {
    if (usedMs > REST_MS) {
      this.#workedMs += usedMs;
      return false;
    }
    const isDue = this.#workedMs >= WORK_MS;
    if (isDue) this.#workedMs = 0;
    return isDue;
  }
}

/** Does it whenever it is time: V8 itself waits for garbage that an idle service does not make. */
export function giveBackAtRest(): void {
  const rests = new Rests();
  let before = process.cpuUsage();
  setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    if (rests.isDue((user + system) / 1_000)) giveBackMemory();
  }, LOOK_MS).unref();
}
