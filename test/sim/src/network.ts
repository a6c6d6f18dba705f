/** A lossy network between numbered hosts: delay, loss, duplicates, cuts in one direction or both. */
import type { Prng } from './prng.js';
import type { ProcessorsOptions } from './processors.js';

export interface Link {
  /** Mean of the exponential part of the delay. */
  readonly delayMs: number;
  /** Share of datagrams lost, 0 to 1; multicast ones are lost more often if `multicastLoss` is set. */
  readonly loss: number;
  readonly multicastLoss: number;
  readonly duplicates: number;
  readonly multicast: boolean;
  /** Subnets with routers between them, which forward no multicast; hosts are dealt out to them in turn. */
  readonly subnets: number;
  /** The subnet whose router translates addresses, from beginning to end. */
  readonly home: number | null;
  /** What the hosts share to work with; absent if each has more than it needs. */
  readonly processors?: ProcessorsOptions;
}

/** How long a router that translates addresses admits answers after a host behind it has sent. */
const TRANSLATED_MS = 30_000;
/** The shortest delay of a datagram. */
const DELAY_MIN_MS = 0.1;

export class Network {
  /** Extra loss while a burst lasts. */
  burstLoss = 0;
  readonly #cuts = new Map<number, number>();
  /** Subnets whose router translates addresses, with the number of faults that make it so. */
  readonly #translated = new Map<number, number>();
  /** When a host last sent to another one. */
  readonly #sentMs = new Map<number, number>();

  constructor(
    public link: Link,
    private readonly hosts: number,
    private readonly prng: Prng,
  ) {}

  /** Cuts are counted: two faults may cut the same link. */
  cut(from: number, to: number): void {
    const way = from * this.hosts + to;
    this.#cuts.set(way, (this.#cuts.get(way) ?? 0) + 1);
  }

  mend(from: number, to: number): void {
    const way = from * this.hosts + to;
    const left = (this.#cuts.get(way) ?? 0) - 1;
    if (left > 0) this.#cuts.set(way, left);
    else this.#cuts.delete(way);
  }

  isCut(from: number, to: number): boolean {
    return this.#cuts.size > 0 && this.#cuts.has(from * this.hosts + to);
  }

  /** Behind such a router a host is reached only by those it sent to. Counted, as cuts are. */
  translate(subnet: number): void {
    this.#translated.set(subnet, (this.#translated.get(subnet) ?? 0) + 1);
  }

  restore(subnet: number): void {
    const left = (this.#translated.get(subnet) ?? 0) - 1;
    if (left > 0) this.#translated.set(subnet, left);
    else this.#translated.delete(subnet);
  }

  /** Whether two hosts are in one subnet. */
  isNear(one: number, other: number): boolean {
    return one % this.link.subnets === other % this.link.subnets;
  }

  /** Whether it is behind a router that translates addresses, even when all faults are over. */
  isAtHome(host: number): boolean {
    return host % this.link.subnets === this.link.home;
  }

  heal(): void {
    this.#cuts.clear();
    this.#translated.clear();
    this.burstLoss = 0;
  }

  /** When copies of a datagram that is sent now arrive, as delays in ms; none when it is lost. */
  delays(from: number, to: number, multicast: boolean, nowMs: number): number[] {
    const { prng, link } = this;
    if (this.isCut(from, to)) return [];
    if (link.subnets > 1) this.#sentMs.set(from * this.hosts + to, nowMs);
    if (this.#isShutOut(from, to, nowMs)) return [];
    if (multicast && !(link.multicast && this.isNear(from, to))) return [];
    const base = multicast ? Math.max(link.loss, link.multicastLoss) : link.loss;
    const loss = Math.max(base, this.burstLoss);
    if (loss > 0 && prng.chance(loss)) return [];
    const one = this.#delay();
    return link.duplicates > 0 && prng.chance(link.duplicates) ? [one, this.#delay()] : [one];
  }

  #isShutOut(from: number, to: number, nowMs: number): boolean {
    if (!this.isAtHome(to) && !this.#translated.has(to % this.link.subnets)) return false;
    if (this.isNear(from, to)) return false;
    return nowMs - (this.#sentMs.get(to * this.hosts + from) ?? -Infinity) > TRANSLATED_MS;
  }

  #delay(): number {
    return DELAY_MIN_MS - Math.log(1 - this.prng.unit()) * this.link.delayMs;
  }
}
