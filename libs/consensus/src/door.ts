/**
 * Which hosts outside its own subnets are heard, and when to knock at theirs (S55): the filter
 * between the sockets and the machine. Generic in what a datagram is, so that a simulation can use it too.
 */
import { type Address, type Bucket, type Rate, Recent, refilled, spend } from '@iwanto/wire';
import { addressText } from './anyone/address.js';
import { LIMITS } from './state/config.js';

/** A host that sent something to this one, by unicast, within this time accepts us: there is no need to knock. */
const OPEN_MS = 10_000;
const KNOCK_RATE: Rate = { perSecond: LIMITS.cookiesPerSecond, burst: LIMITS.cookiesPerSecond };

/** How a datagram arrived. */
export interface Arrival {
  /** It is a knock, or the answer to one. */
  readonly isFirstContact: boolean;
  readonly multicast: boolean;
}

export class Door<Datagram> {
  /** When each IP address last sent by unicast; the one neither heard nor named for longest is dropped first. */
  readonly #acquainted = new Recent<string, number>(LIMITS.strangersMax);
  /** The last datagram for each address that was knocked at: sent again when it opens. */
  readonly #waiting = new Recent<string, Datagram>(LIMITS.rememberedMax);
  #knocks: Bucket | undefined;

  /** Accepts a host: one that the user or a member named, or that brought a cookie. */
  acquaint(address: string): void {
    this.#acquainted.set(address, this.#acquainted.get(address) ?? -Infinity);
  }

  /**
   * Whether a datagram from outside its own subnets may go further. Multicast shows that its sender is there, not
   * that it accepts this host: with another netmask it drops what this host sends until this one has knocked.
   */
  admits(address: string, { isFirstContact, multicast }: Arrival, nowMs: number): boolean {
    if (isFirstContact) return this.#allowsKnock(nowMs);
    const heardMs = this.#acquainted.get(address);
    if (heardMs === undefined) return false;
    this.#acquainted.set(address, multicast ? heardMs : nowMs);
    return true;
  }

  /** A datagram goes outside: its answer must be accepted. True if a knock is needed; then it is kept until that host opens. */
  mustKnock(to: Address, datagram: Datagram, nowMs: number): boolean {
    this.acquaint(to.address);
    if (nowMs - (this.#acquainted.get(to.address) ?? -Infinity) < OPEN_MS) return false;
    this.#waiting.set(addressText(to), datagram);
    return true;
  }

  /** The cookie of that host was brought back: the waiting datagram can be sent. */
  opened(to: Address): Datagram | undefined {
    this.acquaint(to.address);
    return this.#waiting.take(addressText(to));
  }

  /** This host sends from another address now: whoever accepted the one before does not know it. */
  moved(): void {
    for (const [address] of [...this.#acquainted.entries()])
      this.#acquainted.set(address, -Infinity);
  }

  #allowsKnock(nowMs: number): boolean {
    this.#knocks = refilled(this.#knocks, KNOCK_RATE, nowMs);
    return spend(this.#knocks);
  }
}
