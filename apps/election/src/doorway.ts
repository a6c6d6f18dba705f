/** Who is heard from outside this host's subnets, and where to knock: the Door of libs/consensus with the bytes of real datagrams. */
import type { NetworkView } from '@iwanto/bus';
import { Door } from '@iwanto/consensus';
import { type Address, type PeerId, Recent, isFirstContact, readDatagram } from '@iwanto/wire';
import { isOpen } from './envelope.js';

/** Addresses outside its own subnets that are remembered because they sent something of ours. */
const OUTSIDE_MAX = 64;
/** Addresses in its own subnets that were sent to and have not answered yet. */
const UNANSWERED_MAX = 1_024;
/** A host of an own subnet that answers nothing for this long may drop what comes from here, in ms. */
const MUTE_MS = 2_000;

export interface HeardHow {
  /** It comes from one of this host's subnets. */
  readonly isNear: boolean;
  readonly multicast: boolean;
}

interface Outside {
  readonly atMs: number;
  readonly multicast: boolean;
  /** Who its last datagram claims to be from. */
  readonly peer: PeerId | undefined;
}

export class Doorway {
  readonly #door = new Door<Uint8Array>();
  readonly #outside = new Recent<string, Outside>(OUTSIDE_MAX);
  /** Multicast that was heard once shows that its sender is on this host's link, for all that comes later. */
  readonly #onLink = new Recent<string, true>(OUTSIDE_MAX);
  /** Those on this host's link to which no route leads, as far as was tried. */
  readonly #noRoute = new Recent<string, true>(OUTSIDE_MAX);
  /** Since when. */
  readonly #unanswered = new Recent<string, number>(UNANSWERED_MAX);
  #added: ReadonlySet<string> = new Set();

  constructor(
    private readonly knock: (to: Address) => void,
    private readonly nowMs = () => performance.now(),
  ) {}

  acquaint(address: string): void {
    this.#door.acquaint(address);
    if (!this.#onLink.get(address)) this.#outside.take(address);
  }

  /** The addresses of this host have changed. */
  moved(): void {
    this.#door.moved();
  }

  /**
   * Hosts that the user added: they are knocked at although they seem to be near. The outer address of a router that
   * passes on to a host behind it is near, and so is a host with another netmask; for these this host is outside.
   */
  added(addresses: readonly string[]): void {
    this.#added = new Set(addresses);
    for (const address of addresses) this.acquaint(address);
  }

  /** Whether a datagram goes further; one of ours that does not is remembered for the doctor. */
  admits(bytes: Uint8Array, { address }: Address, { isNear, multicast }: HeardHow): boolean {
    if (!multicast) this.#unanswered.take(address);
    if (isNear && !this.#added.has(address)) return true;
    const atMs = this.nowMs();
    const ours = isOpen(bytes);
    const arrival = { isFirstContact: ours && isFirstContact(bytes), multicast };
    const admitted = this.#door.admits(address, arrival, atMs) || isNear;
    if (ours && multicast) this.#onLink.set(address, true);
    // Only unicast shows that the two hosts reach each other, and only if a route leads back.
    if (admitted && !multicast && !this.#noRoute.get(address)) this.#outside.take(address);
    else if (ours && (!admitted || this.#outside.get(address)))
      this.#note(address, senderOf(bytes));
    return admitted;
  }

  /**
   * This host has no route there: a host on the same link cannot be answered at that address, which the doctor names.
   * False if it is not known to be on this link.
   */
  noWay(address: string): boolean {
    if (!this.#onLink.get(address)) return false;
    this.#noRoute.set(address, true);
    this.#note(address, this.#outside.get(address)?.peer);
    return true;
  }

  /** The kernel has sent something there: a route leads there now. */
  went(address: string): void {
    this.#noRoute.take(address);
  }

  /** A datagram was sent there: knocks if this host may not be heard. */
  sent(bytes: Uint8Array, to: Address, isNear: boolean): void {
    if (isFirstContact(bytes) || (isNear && this.#isHeardAt(to.address))) return;
    if (this.#door.mustKnock(to, bytes, this.nowMs())) this.knock(to);
  }

  /** For a host with a shorter netmask one with a longer one is near; not the other way round, which shows as silence. */
  #isHeardAt(address: string): boolean {
    if (this.#added.has(address)) return false;
    const nowMs = this.nowMs();
    const sinceMs = this.#unanswered.get(address);
    if (sinceMs === undefined) this.#unanswered.set(address, nowMs);
    return nowMs - (sinceMs ?? nowMs) < MUTE_MS;
  }

  /** That host now accepts this one: returns what waited for it. */
  opened(to: Address): Uint8Array | undefined {
    return this.#door.opened(to);
  }

  #note(address: string, peer: PeerId | undefined): void {
    const multicast = this.#onLink.get(address) === true;
    this.#outside.set(address, { atMs: this.nowMs(), multicast, peer });
  }

  outside(nowMs: number): NetworkView['outside'] {
    return [...this.#outside.entries()].map(([address, { atMs, multicast, peer }]) => {
      const msAgo = Math.max(0, nowMs - atMs);
      return { address, multicast, msAgo, ...(peer && { peer }) };
    });
  }
}

function senderOf(bytes: Uint8Array): PeerId | undefined {
  const read = readDatagram(bytes);
  return read.ok ? read.value.header.sender : undefined;
}
