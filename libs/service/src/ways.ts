/** By which way each peer is reached: shown to the user, with the port to allow where there is a better way. */
import { type WaySeen, WAYS_MAX } from '@iwanto/bus';
import { type PeerId, Recent, type Way, endpointText } from '@iwanto/wire';

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
  readonly onTrouble: (sentence: string) => void;
}

interface Known {
  /** Undefined where no way succeeded. */
  readonly way: Way | undefined;
  readonly dialled: Dialled;
}

export class Ways {
  readonly #known = new Recent<PeerId, Known>(WAYS_MAX);

  constructor(private readonly options: WaysOptions) {}

  /** A connection was made by that way, or by none. */
  note(dialled: Dialled, way: Way | undefined): void {
    const { peer } = dialled;
    const before = viewOf(peer, this.#known.get(peer) ?? { way: { kind: 'direct' } });
    const now = viewOf(peer, { way });
    this.#known.set(peer, { way, dialled });
    const isSame = before.way === now.way && before.relay === now.relay;
    // A peer that has just left is not worth a line.
    if (!isSame && now.way !== 'direct' && this.options.isHere(peer))
      this.options.onTrouble(`${this.#sentenceOf({ way, dialled })}.`);
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

  #sentenceOf({ way, dialled: { address, port } }: Known): string {
    const { nameOf, portsOf } = this.options;
    const what = `${endpointText(address, port)} (TCP) cannot be dialled from here`;
    const remedy = `allow TCP ${portsOf(port)} in the firewall of ${address}`;
    const neither = `${what} and does not dial this host either`;
    if (way?.kind === 'reversed')
      return `${what}; that host opens the connections itself. To spare the detour ${remedy}`;
    return way?.kind === 'relayed'
      ? `${neither}; ${nameOf(way.relay)} relays between the two, encrypted from end to end. To spare the detour ${remedy}, or those of this host`
      : `${neither}, and nobody relays: ${remedy}, or those of this host`;
  }
}

function viewOf(peer: PeerId, { way }: { readonly way?: Way | undefined }): WaySeen {
  const relay = way?.kind === 'relayed' ? way.relay : null;
  return { peer, way: way?.kind ?? 'closed', relay };
}
