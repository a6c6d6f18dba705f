/** The schedule of virtual time: a binary heap, in order of insertion at equal times. */

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

const isBefore = (a: Entry, b: Entry) =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

export class Agenda {
  nowMs = 0;
  readonly #heap: Entry[] = [];
  #order = 0;

  at(atMs: number, act: () => void): void {
    const entry = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, act };
    const heap = this.#heap;
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(entry, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Runs everything up to `untilMs`, as long as `goOn` holds. */
  run(untilMs: number, goOn: () => boolean): void {
    while (this.#heap.length > 0 && this.#heap[0]!.atMs <= untilMs && goOn()) {
      const entry = this.#take();
      this.nowMs = entry.atMs;
      entry.act();
    }
    if (goOn()) this.nowMs = Math.max(this.nowMs, untilMs);
  }

  #take(): Entry {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}
