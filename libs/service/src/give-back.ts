/** Returns memory that only the start needed to the system. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lookRegularly } from '@iwanto/bus';

/** How often a service is checked, in ms. */
const LOOK_MS = 10_000;
/** It is idle when it used less processor time than this since the last check, in ms. */
const REST_MS = LOOK_MS * 0.02;
/** So much work leaves garbage that is worth a pause, in ms of processor time. */
const WORK_MS = 2_000;
/** So much more in buffers is worth it, too, in bytes: reading what nobody takes is hardly any work. */
const BUFFERS_BYTES = 33_554_432;

/** Blocks for some 100 ms: only for a process that nobody is waiting for. */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how: object) => void;
  // The only kind of collection that also frees compiled code, and pages that V8 keeps for later.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** What one check found. */
export interface Usage {
  /** The processor time used since the last check, in ms. */
  readonly usedMs: number;
  /** The size of all buffers, including those that nobody uses any more. */
  readonly bufferBytes: number;
}

/** Decides when it is time: at the first idle time after the start, and after each large task, such as many new files. */
export class Rests {
  #workedMs = WORK_MS;
  #leastBytes = Infinity;

  /** Called at each check. The first one after it was due shows how many bytes are in use. */
  isDue({ usedMs, bufferBytes }: Usage): boolean {
    this.#leastBytes = Math.min(this.#leastBytes, bufferBytes);
    if (usedMs > REST_MS) {
      this.#workedMs += usedMs;
      return false;
    }
    const isMore = bufferBytes - this.#leastBytes >= BUFFERS_BYTES;
    const isDue = isMore || this.#workedMs >= WORK_MS;
    if (!isDue) return false;
    this.#workedMs = 0;
    this.#leastBytes = Infinity;
    return true;
  }
}

/** Does it whenever it is time: V8 itself waits for garbage that an idle service does not make. */
export function giveBackAtRest(): void {
  const rests = new Rests();
  let before = process.cpuUsage();
  lookRegularly(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    const usedMs = (user + system) / 1_000;
    const { arrayBuffers: bufferBytes } = process.memoryUsage();
    if (rests.isDue({ usedMs, bufferBytes })) giveBackMemory();
  }, LOOK_MS);
}
