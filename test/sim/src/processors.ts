/**
 * The processors that all hosts share, as on a machine that runs a whole campus: work waits until one of them is free. It
 * shows what a network does that has more to do than it can.
 */
import { Inbox } from '@iwanto/consensus';
import type { Agenda } from './agenda.js';

export interface ProcessorsOptions {
  readonly count: number;
  /** What it costs to open one datagram and act on it, or to seal and send one, in ms. */
  readonly datagramMs: number;
}

/** One host's work, done one thing after the other. */
class Worker {
  readonly inbox = new Inbox<() => void>(() => undefined);
  /** Timers that are due; they come before datagrams. */
  readonly due: (() => void)[] = [];
  /** Datagrams that were sent and not paid for yet. */
  unpaid = 0;
  isQueued = false;
}

export class Processors {
  readonly #workers: Worker[];
  /** Hosts that have something to do, in turn. */
  readonly #queue: Worker[] = [];
  #free: number;

  constructor(
    private readonly agenda: Agenda,
    private readonly options: ProcessorsOptions,
    hosts: number,
  ) {
    this.#free = options.count;
    this.#workers = Array.from({ length: hosts }, () => new Worker());
  }

  /** A datagram arrives: `act` is called when the host has had time for it, or never. */
  receive(host: number, act: () => void): void {
    const worker = this.#worker(host);
    worker.inbox.put(act, this.agenda.nowMs);
    this.#enqueue(worker);
  }

  /** A timer is due. */
  tick(host: number, act: () => void): void {
    const worker = this.#worker(host);
    worker.due.push(act);
    this.#enqueue(worker);
  }

  /** What the host does now sends so many datagrams. */
  spend(host: number, datagrams: number): void {
    this.#worker(host).unpaid += datagrams;
  }

  #worker(host: number): Worker {
    const worker = this.#workers[host];
    if (worker === undefined) throw new Error(`no host ${host}`);
    return worker;
  }

  #enqueue(worker: Worker): void {
    if (!worker.isQueued) this.#queue.push(worker);
    worker.isQueued = true;
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#free > 0) {
      const worker = this.#queue.shift();
      if (worker === undefined) return;
      const due = worker.due.shift();
      const act = due ?? worker.inbox.take(this.agenda.nowMs);
      if (act === undefined) worker.isQueued = false;
      else this.#work(worker, act, due ? 0 : 1);
    }
  }

  #work(worker: Worker, act: () => void, datagrams: number): void {
    this.#free -= 1;
    this.#after(datagrams, () => {
      act();
      const sent = worker.unpaid;
      worker.unpaid = 0;
      this.#after(sent, () => {
        this.#free += 1;
        this.#queue.push(worker);
        this.#dispatch();
      });
    });
  }

  #after(datagrams: number, act: () => void): void {
    this.agenda.at(this.agenda.nowMs + datagrams * this.options.datagramMs, act);
  }
}
