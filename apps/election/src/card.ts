/** What this host announces about itself: its ports as its services come and go, its key, its name. */
import { hostname } from 'node:os';
import type { Bus } from '@iwanto/bus';
import { PEER_NAME_BYTES_MAX, type PeerCard, type PublicKey, cutText } from '@iwanto/wire';

export interface OwnCardOptions {
  readonly electionPort: number;
  readonly curveKey: PublicKey;
  /** The name that the user chose; the host name when it is empty or left out. */
  readonly name?: string;
}

const shownName = (chosen: string): string =>
  new TextDecoder().decode(cutText(chosen || hostname(), PEER_NAME_BYTES_MAX));

export class OwnCard {
  #card: PeerCard;

  constructor({ electionPort, curveKey, name = '' }: OwnCardOptions) {
    this.#card = { electionPort, indexerPort: 0, transferPort: 0, curveKey, name: shownName(name) };
  }

  /** Changes the name; an empty one means the host name. */
  rename(name: string): PeerCard {
    this.#card = { ...this.#card, name: shownName(name) };
    return this.#card;
  }

  get card(): PeerCard {
    return this.#card;
  }

  /** Keeps the ports of indexer and transfer as these publish them; `changed` gets each new card. */
  follow(bus: Pick<Bus, 'follow'>, changed: (card: PeerCard) => void): void {
    const keep = (ports: Partial<PeerCard>) => {
      const next = { ...this.#card, ...ports };
      const same =
        next.indexerPort === this.#card.indexerPort &&
        next.transferPort === this.#card.transferPort;
      this.#card = next;
      if (!same) changed(next);
    };
    bus.follow('indexer.changed', ({ port }) => keep({ indexerPort: port }));
    bus.follow('transfer.changed', ({ port }) => keep({ transferPort: port }));
  }
}
