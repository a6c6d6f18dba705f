/**
 * By which way each peer is reached: shown to the user, with the port to allow if there is a better way. That a
 * connection took a detour, or failed, proves nothing: a host that is busy or just starting answers late, too. A peer
 * is only said to be out of reach when its port was tried again, twice, and stayed closed. Every port of a peer is
 * judged for itself: a firewall may allow one and drop the next.
 */
import { type WaySeen, WAYS_MAX } from '@iwanto/bus';
import {
  type DialledLine,
  type PeerId,
  type Reach,
  Recent,
  type Way,
  endpointText,
} from '@iwanto/wire';

/** Troubles shown at the same time. */
const SHOWN_MAX = 8;
/** How often a port is tried before it is called closed, and the wait in between, in ms: a service has restarted by then. */
const TRIES = 2;
const TRY_AGAIN_MS = 2_000;
/** How often a port that is called closed is tried again, in ms: it has been allowed meanwhile, perhaps. */
const LOOK_AGAIN_MS = 30_000;

/** Where a peer is dialled. */
export interface Dialled {
  readonly peer: PeerId;
  readonly address: string;
  readonly port: number;
  /** What listens there. */
  readonly line: DialledLine;
}

export interface WaysOptions {
  /** Whether the election still knows that peer. */
  readonly isHere: (peer: PeerId) => boolean;
  /** The name of a relay in a sentence. */
  readonly nameOf: (peer: PeerId) => string;
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

/** The connections to one peer; the last entry is the latest. */
type Lines = Map<DialledLine, Known>;

export class Ways {
  readonly #known = new Recent<PeerId, Lines>(WAYS_MAX);
  /** Those of which a port is being tried. */
  readonly #tried = new Set<PeerId>();

  constructor(private readonly options: WaysOptions) {}

  /** A connection was made by that way, or by none. */
  note(dialled: Dialled, way: Way | undefined): void {
    const { peer, line, address } = dialled;
    const lines: Lines = new Map(
      // What was known of a peer that has moved is of no use.
      [...(this.#known.get(peer) ?? [])].filter(([, each]) => each.dialled.address === address),
    );
    const known = this.#sameOr({ way, dialled, fault: undefined }, lines.get(line));
    lines.delete(line);
    lines.set(line, known);
    this.#known.set(peer, lines);
    if (way?.kind !== 'direct' && known.fault === undefined) void this.#judge(dialled);
  }

  #sameOr(known: Known, before: Known | undefined): Known {
    const { peer } = known.dialled;
    const isAsBefore =
      before !== undefined &&
      isSamePlace(before.dialled, known.dialled) &&
      isSame(viewOf(peer, before), viewOf(peer, known));
    return isAsBefore ? before : known;
  }

  /** Says once why a peer cannot be dialled, if that is so. */
  async #judge(dialled: Dialled): Promise<void> {
    const { peer, line } = dialled;
    if (this.#tried.has(peer) || this.#isSaid(peer, line)) return;
    this.#tried.add(peer);
    const fault = await this.#faultOf(dialled);
    this.#tried.delete(peer);
    const known = this.#known.get(peer)?.get(line);
    if (fault === undefined || !known || known.way?.kind === 'direct') return;
    // A peer that has moved is judged when it is reached again; one that has just left is not worth a line.
    if (!isSamePlace(known.dialled, dialled) || !this.options.isHere(peer)) return;
    known.fault = fault;
    this.options.onTrouble(`${this.#sentenceOf(known, fault)}.`);
    void this.#forgetOnceOpen(known);
  }

  /** A port that was allowed meanwhile is not called closed until somebody happens to use it. */
  async #forgetOnceOpen(known: Known): Promise<void> {
    const { peer, address, port, line } = known.dialled;
    const { dial, pause, isHere } = this.options;
    for (let isClosed = true; isClosed;) {
      await pause(LOOK_AGAIN_MS);
      if (this.#known.get(peer)?.get(line) !== known) return;
      isClosed = isHere(peer) && (await dial(address, port)) !== 'open';
    }
    known.fault = undefined;
  }

  /** The sentence about the control port of the transfer service names its data port as well. */
  #isSaid(peer: PeerId, line: DialledLine): boolean {
    return line === 'data' && this.#known.get(peer)?.get('transfer')?.fault !== undefined;
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
    return viewOf(peer, this.#latest(peer) ?? {}).relay ?? undefined;
  }

  /** For each peer that is online and was asked for a connection; one that was never reached, once that is certain. */
  views(): WaySeen[] {
    return this.#here().flatMap((peer) => {
      const latest = this.#latest(peer);
      return latest ? [viewOf(peer, latest)] : [];
    });
  }

  /** The present troubles, the latest last. */
  troubles(): string[] {
    return this.#here()
      .flatMap((peer) => [...(this.#known.get(peer)?.values() ?? [])])
      .flatMap((known) => {
        const { peer, line } = known.dialled;
        return known.fault && !this.#isSaid(peer, line)
          ? [this.#sentenceOf(known, known.fault)]
          : [];
      })
      .slice(-SHOWN_MAX);
  }

  #here(): PeerId[] {
    return [...this.#known.entries()].map(([peer]) => peer).filter(this.options.isHere);
  }

  /** What is known best: a connection that failed says nothing before its port was tried. */
  #latest(peer: PeerId): Known | undefined {
    const lines = [...(this.#known.get(peer)?.values() ?? [])];
    return lines.findLast(({ way, fault }) => way !== undefined || fault !== undefined);
  }

  #sentenceOf({ way, dialled }: Known, fault: Fault): string {
    const { address, port } = dialled;
    const ports = this.#portsOf(dialled);
    const what = `${endpointText(address, port)} (TCP) cannot be dialled from here`;
    const them = ports.includes(' ') ? 'them' : 'it';
    const remedy = `allow TCP ${ports} in the firewall of ${address} (if that is a router, forward ${them})`;
    const neither = `${what} and does not dial this host either`;
    if (way?.kind === 'reversed')
      return `${what}; that host opens the connections itself. To avoid the detour, ${remedy}`;
    return way?.kind === 'relayed'
      ? `${neither}; ${this.options.nameOf(way.relay)} relays between the two, encrypted from end to end. To avoid the detour, ${remedy}, or those of this host`
      : fault === 'refused'
        ? `${neither}, and nobody relays: the port is closed. Check that iwanto runs there, and allow TCP ${ports} in its firewall or its router, or those of this host`
        : `${neither}, and nobody relays: ${remedy}, or those of this host`;
  }

  /** The TCP ports to allow, as a user reads them. */
  #portsOf({ peer, line, port }: Dialled): string {
    if (line !== 'transfer') return `${port}`;
    const data = this.#known.get(peer)?.get('data')?.dialled.port ?? port + 1;
    return `${port} and ${data}`;
  }
}

const isSamePlace = (one: Dialled, other: Dialled) =>
  one.address === other.address && one.port === other.port;

const isSame = (one: WaySeen, other: WaySeen) => one.way === other.way && one.relay === other.relay;

function viewOf(peer: PeerId, { way }: { readonly way?: Way | undefined }): WaySeen {
  const relay = way?.kind === 'relayed' ? way.relay : null;
  return { peer, way: way?.kind ?? 'closed', relay };
}
