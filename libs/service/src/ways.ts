/**
 * By which way each peer is reached: shown to the user, with the port to allow if there is a better way. That a
 * connection took a detour, or failed, proves nothing: a host that is busy or just starting answers late, too. A peer
 * is only said to be out of reach when its port was tried again, twice, and stayed closed.
 */
import { type WaySeen, WAYS_MAX } from '@iwanto/bus';
import { type PeerId, type Reach, Recent, type Way, endpointText } from '@iwanto/wire';

/** Troubles shown at the same time. */
const SHOWN_MAX = 8;
/** How often a port is tried before it is called closed, and the wait in between, in ms: a service has restarted by then. */
const TRIES = 2;
const TRY_AGAIN_MS = 2_000;

/** Where a peer is dialled. */
export interface Dialled {
  readonly peer: PeerId;
  readonly address: string;
  readonly port: number;
}

export interface WaysOptions {
  /** Whether the election still knows that peer. */
  readonly isHere: (peer: PeerId) => boolean;
  /** The name of a relay in a sentence. */
  readonly nameOf: (peer: PeerId) => string;
  /** The TCP ports to allow, as a user reads them, where this one cannot be dialled. */
  readonly portsOf: (port: number) => string;
  /** Opens a connection only to see what happens; never rejects. */
  readonly dial: (address: string, port: number) => Promise<Reach>;
  readonly pause: (ms: number) => Promise<unknown>;
  readonly onTrouble: (sentence: string) => void;
}

interface Known {
  /** Undefined if no way succeeded. */
  readonly way: Way | undefined;
  readonly dialled: Dialled;
  /** Why it cannot be dialled, once that is certain. */
  fault: Fault | undefined;
}

/** Nothing listens at that port, or a firewall there says so; others drop what they do not allow. */
type Fault = Exclude<Reach, 'open' | 'untried'>;

export class Ways {
  readonly #known = new Recent<PeerId, Known>(WAYS_MAX);
  /** Those whose port is being tried. */
  readonly #tried = new Set<PeerId>();

  constructor(private readonly options: WaysOptions) {}

  /** A connection was made by that way, or by none. */
  note(dialled: Dialled, way: Way | undefined): void {
    const { peer } = dialled;
    const before = this.#known.get(peer);
    const isAsBefore =
      before !== undefined &&
      isSamePlace(before.dialled, dialled) &&
      isSame(viewOf(peer, before), viewOf(peer, { way }));
    const fault = isAsBefore ? before.fault : undefined;
    this.#known.set(peer, { way, dialled, fault });
    if (way?.kind !== 'direct' && fault === undefined) void this.#judge(dialled);
  }

  /** Says once why a peer cannot be dialled, if that is so. */
  async #judge(dialled: Dialled): Promise<void> {
    const { peer } = dialled;
    if (this.#tried.has(peer)) return;
    this.#tried.add(peer);
    const fault = await this.#faultOf(dialled);
    this.#tried.delete(peer);
    const known = this.#known.get(peer);
    if (fault === undefined || !known || known.way?.kind === 'direct') return;
    // A peer that has moved is judged when it is reached again; one that has just left is not worth a line.
    if (!isSamePlace(known.dialled, dialled) || !this.options.isHere(peer)) return;
    known.fault = fault;
    this.options.onTrouble(`${this.#sentenceOf(known, fault)}.`);
  }

  async #faultOf({ address, port }: Dialled): Promise<Fault | undefined> {
    const { dial, pause } = this.options;
    for (let tried = 1; ; tried += 1) {
      const reach = await dial(address, port);
      if (reach === 'open' || reach === 'untried') return undefined;
      if (tried === TRIES) return reach;
      await pause(TRY_AGAIN_MS);
    }
  }

  /** Who relays between this host and that peer, if anybody does. */
  relayTo(peer: PeerId): PeerId | undefined {
    return viewOf(peer, this.#known.get(peer) ?? {}).relay ?? undefined;
  }

  /** For each peer that is online and was asked for a connection; one that was never reached, once that is certain. */
  views(): WaySeen[] {
    return this.#here()
      .filter(([, { way, fault }]) => way !== undefined || fault !== undefined)
      .map(([peer, known]) => viewOf(peer, known));
  }

  /** The present troubles, the latest last. */
  troubles(): string[] {
    return this.#here()
      .flatMap(([, known]) => (known.fault ? [this.#sentenceOf(known, known.fault)] : []))
      .slice(-SHOWN_MAX);
  }

  #here(): [PeerId, Known][] {
    return [...this.#known.entries()].filter(([peer]) => this.options.isHere(peer));
  }

  #sentenceOf({ way, dialled: { address, port } }: Known, fault: Fault): string {
    const { nameOf, portsOf } = this.options;
    const what = `${endpointText(address, port)} (TCP) cannot be dialled from here`;
    const remedy = `allow TCP ${portsOf(port)} in the firewall of ${address}`;
    const neither = `${what} and does not dial this host either`;
    if (way?.kind === 'reversed')
      return `${what}; that host opens the connections itself. To avoid the detour, ${remedy}`;
    return way?.kind === 'relayed'
      ? `${neither}; ${nameOf(way.relay)} relays between the two, encrypted from end to end. To avoid the detour, ${remedy}, or those of this host`
      : fault === 'refused'
        ? `${neither}, and nobody relays: the port is closed. Check that iwanto runs there, and allow TCP ${portsOf(port)} in its firewall or its router, or those of this host`
        : `${neither}, and nobody relays: ${remedy}, or those of this host`;
  }
}

const isSamePlace = (one: Dialled, other: Dialled) =>
  one.address === other.address && one.port === other.port;

const isSame = (one: WaySeen, other: WaySeen) => one.way === other.way && one.relay === other.relay;

function viewOf(peer: PeerId, { way }: { readonly way?: Way | undefined }): WaySeen {
  const relay = way?.kind === 'relayed' ? way.relay : null;
  return { peer, way: way?.kind ?? 'closed', relay };
}
