/** By which way each peer is reached: shown to the user, with the port to allow where there is a better way. */
import { type WaySeen, WAYS_MAX } from '@iwanto/bus';
import { type PeerId, type Reach, Recent, type Way, endpointText } from '@iwanto/wire';

/** Troubles shown at the same time. */
const SHOWN_MAX = 8;

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
  readonly onTrouble: (sentence: string) => void;
}

interface Known {
  /** Undefined where no way succeeded. */
  readonly way: Way | undefined;
  readonly dialled: Dialled;
  /** Nothing listens at that port, or a firewall there says so; others drop what they do not allow. */
  isRefused: boolean;
}

export class Ways {
  readonly #known = new Recent<PeerId, Known>(WAYS_MAX);

  constructor(private readonly options: WaysOptions) {}

  /** A connection was made by that way, or by none. */
  note(dialled: Dialled, way: Way | undefined): void {
    const { peer } = dialled;
    const before = viewOf(peer, this.#known.get(peer) ?? { way: { kind: 'direct' } });
    const now = viewOf(peer, { way });
    const isRefused = isSame(before, now) && this.#known.get(peer)?.isRefused === true;
    this.#known.set(peer, { way, dialled, isRefused });
    if (!isSame(before, now) && now.way !== 'direct') void this.#explain(dialled, now);
  }

  /** Says once why a peer cannot be dialled. */
  async #explain({ peer, address, port }: Dialled, seen: WaySeen): Promise<void> {
    const isRefused = (await this.options.dial(address, port)) === 'refused';
    const known = this.#known.get(peer);
    // Another way succeeded meanwhile, or none; a peer that has just left is not worth a line.
    if (!known || !isSame(viewOf(peer, known), seen) || !this.options.isHere(peer)) return;
    known.isRefused = isRefused;
    this.options.onTrouble(`${this.#sentenceOf(known)}.`);
  }

  /** Who relays between this host and that peer, if anybody does. */
  relayTo(peer: PeerId): PeerId | undefined {
    return viewOf(peer, this.#known.get(peer) ?? {}).relay ?? undefined;
  }

  /** For each peer that is online and was asked for a connection. */
  views(): WaySeen[] {
    return this.#here().map(([peer, known]) => viewOf(peer, known));
  }

  /** The present troubles, the latest last. */
  troubles(): string[] {
    return this.#here()
      .filter(([, { way }]) => way?.kind !== 'direct')
      .map(([, known]) => this.#sentenceOf(known))
      .slice(-SHOWN_MAX);
  }

  #here(): [PeerId, Known][] {
    return [...this.#known.entries()].filter(([peer]) => this.options.isHere(peer));
  }

  #sentenceOf({ way, dialled: { address, port }, isRefused }: Known): string {
    const { nameOf, portsOf } = this.options;
    const what = `${endpointText(address, port)} (TCP) cannot be dialled from here`;
    const remedy = `allow TCP ${portsOf(port)} in the firewall of ${address}`;
    const neither = `${what} and does not dial this host either`;
    if (way?.kind === 'reversed')
      return `${what}; that host opens the connections itself. To avoid the detour, ${remedy}`;
    return way?.kind === 'relayed'
      ? `${neither}; ${nameOf(way.relay)} relays between the two, encrypted from end to end. To avoid the detour, ${remedy}, or those of this host`
      : isRefused
        ? `${neither}, and nobody relays: the port is closed. Check that iwanto runs there, and allow TCP ${portsOf(port)} in its firewall or its router, or those of this host`
        : `${neither}, and nobody relays: ${remedy}, or those of this host`;
  }
}

const isSame = (one: WaySeen, other: WaySeen) => one.way === other.way && one.relay === other.relay;

function viewOf(peer: PeerId, { way }: { readonly way?: Way | undefined }): WaySeen {
  const relay = way?.kind === 'relayed' ? way.relay : null;
  return { peer, way: way?.kind ?? 'closed', relay };
}
