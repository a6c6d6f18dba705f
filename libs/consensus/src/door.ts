/**
 * Which hosts outside the own subnets are heard, and when to knock at theirs (S55): what stands between the
 * sockets and the machine. Generic in what a datagram is, so that a simulation can use it too.
 */
import { type Address, forgetOldest } from '@iwanto/wire';
import { addressText } from './anyone/address.js';
import { LIMITS } from './state/config.js';

/** A host that was heard within this time lets us in: there is no need to knock. */
const OPEN_MS = 10_000;

interface Acquaintance {
  heardMs: number;
}

export class Door<Datagram> {
  /** By IP address; the one neither heard nor named for longest goes first. */
  readonly #acquainted = new Map<string, Acquaintance>();
  /** The last datagram for each address that was knocked at: sent again when it opens. */
  readonly #waiting = new Map<string, { readonly to: Address; readonly datagram: Datagram }>();
  #knocks = { tokens: LIMITS.cookiesPerSecond as number, atMs: 0 };

  /** A host that is worth hearing: one that the user named, a member named, or that brought a cookie. */
  acquaint(address: string): void {
    const known = this.#acquainted.get(address) ?? { heardMs: -Infinity };
    if (!this.#acquainted.delete(address) && this.#acquainted.size >= LIMITS.strangersMax)
      forgetOldest(this.#acquainted);
    this.#acquainted.set(address, known);
  }

  /** Whether a datagram from outside the own subnets may go further. */
  admits(address: string, isFirstContact: boolean, nowMs: number): boolean {
    const known = this.#acquainted.get(address);
    if (isFirstContact) return this.#allowsKnock(nowMs);
    if (known === undefined) return false;
    this.acquaint(address);
    known.heardMs = nowMs;
    return true;
  }

  /** A datagram goes outside: its answer is to be heard. True where to knock as well; then it is kept until that host opens. */
  mustKnock(to: Address, datagram: Datagram, nowMs: number): boolean {
    this.acquaint(to.address);
    const known = this.#acquainted.get(to.address);
    if (known !== undefined && nowMs - known.heardMs < OPEN_MS) return false;
    const text = addressText(to);
    if (!this.#waiting.delete(text) && this.#waiting.size >= LIMITS.rememberedMax)
      forgetOldest(this.#waiting);
    this.#waiting.set(text, { to, datagram });
    return true;
  }

  /** The cookie of that host was brought back: what waited can go. */
  opened(to: Address): Datagram | undefined {
    const text = addressText(to);
    const waiting = this.#waiting.get(text);
    this.#waiting.delete(text);
    this.acquaint(to.address);
    return waiting?.datagram;
  }

  #allowsKnock(nowMs: number): boolean {
    const perSecond = LIMITS.cookiesPerSecond;
    const { tokens, atMs } = this.#knocks;
    const left = Math.min(perSecond, tokens + ((nowMs - atMs) * perSecond) / 1_000);
    this.#knocks = { tokens: Math.max(0, left - 1), atMs: nowMs };
    return left >= 1;
  }
}
