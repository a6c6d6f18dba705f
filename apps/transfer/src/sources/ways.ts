/** Which peers cannot be dialled, and what became of that: a user can allow a port where it is known which. */
import { type Holder, type PeerId, Recent, endpointText } from '@iwanto/wire';

/** `reversed`: the peer opened the connection. `closed`: nobody could. */
export type Way = 'direct' | 'reversed' | 'closed';

const PEERS_MAX = 256;
/** Shown at the same time. */
const SHOWN_MAX = 8;

export interface WaysOptions {
  /** Whether the election still knows that peer. */
  readonly isHere: (peer: PeerId) => boolean;
  readonly onTrouble: (sentence: string) => void;
}

interface Known {
  readonly way: Way;
  readonly sentence: string;
}

export class Ways {
  readonly #known = new Recent<PeerId, Known>(PEERS_MAX);

  constructor(private readonly options: WaysOptions) {}

  note(holder: Holder, way: Way): void {
    const before = this.#known.get(holder.peer)?.way ?? 'direct';
    const sentence = sentenceOf(holder, way);
    this.#known.set(holder.peer, { way, sentence });
    // A peer that has just left is not worth a line.
    if (way !== before && way !== 'direct' && this.options.isHere(holder.peer))
      this.options.onTrouble(`${sentence}.`);
  }

  /** The troubles there are now, the latest last. */
  troubles(): string[] {
    return [...this.#known.entries()]
      .filter(([peer, { way }]) => way !== 'direct' && this.options.isHere(peer))
      .map(([, { sentence }]) => sentence)
      .slice(-SHOWN_MAX);
  }
}

function sentenceOf({ address, port }: Holder, way: Way): string {
  const what = `${endpointText(address, port)} (TCP) cannot be dialled from here`;
  const remedy = `allow TCP ${port} and ${port + 1} in the firewall of ${address}`;
  return way === 'closed'
    ? `${what} and does not dial this host either: ${remedy}, or those of this host`
    : `${what}; that host opens the connections itself. To spare the detour ${remedy}`;
}
