/**
 * A time limit on something that another host does. Node runs timers before sockets: a process that was busy for longer
 * than the limit would take for missing what has already arrived. Sockets get one more turn before it is over.
 */
export class FairTimer {
  readonly #timer: NodeJS.Timeout;
  #lastTurn: NodeJS.Immediate | undefined;

  constructor(ms: number, expire: () => void) {
    // Node warns of a time that has passed, as it may have while this process was busy.
    const waitMs = Math.max(0, ms);
    this.#timer = setTimeout(() => (this.#lastTurn = setImmediate(expire)), waitMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#lastTurn);
  }
}
