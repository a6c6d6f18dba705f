/** What this host tells about itself: its ports as its services come and go, its key, its name. */
import { hostname } from 'node:os';
import type { Bus } from '@iwanto/bus';
import { PEER_NAME_BYTES_MAX, type PeerCard, type PublicKey, cutText } from '@iwanto/wire';

export interface OwnCardOptions {
  readonly electionPort: number;
  readonly curveKey: PublicKey;
  readonly name?: string;
}

export class OwnCard {
  #card: PeerCard;

  constructor({ electionPort, curveKey, name = hostname() }: OwnCardOptions) {
    const shown = new TextDecoder().decode(cutText(name, PEER_NAME_BYTES_MAX));
    this.#card = { electionPort, indexerPort: 0, transferPort: 0, curveKey, name: shown };
  }

  get card(): PeerCard {
    return this.#card;
  }

  /** Keeps the ports of indexer and transfer as these tell them; `changed` hears of each new card. */
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
