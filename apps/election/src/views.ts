/** What the other services are told, made from the state machine's views: revisions and this host's own address added. */
import type { Leadership, Peers } from '@iwanto/bus';
import { type State, leadershipOf, peersOf } from '@iwanto/consensus';

/** Until a view has a first revision nobody was told anything. */
export class Views {
  #leadership = 0;
  #peers = 0;

  constructor(
    private readonly state: State,
    private readonly ownAddress: () => string,
    private readonly nowMs: () => number,
  ) {}

  /** The new leadership, to be published. */
  leadershipChanged(): Leadership {
    this.#leadership += 1;
    return this.leadership();
  }

  peersChanged(): Peers {
    this.#peers += 1;
    return this.peers();
  }

  leadership(): Leadership {
    const view = leadershipOf(this.state);
    return {
      ...view,
      revision: this.#leadership,
      leader: view.leader && this.#placed(view.leader),
      successors: view.successors.map((each) => this.#placed(each)),
    };
  }

  peers(): Peers {
    const peers = peersOf(this.state, this.nowMs());
    return { revision: this.#peers, peers: peers.map((each) => this.#placed(each)) };
  }

  /** A host does not know its own address from datagrams. */
  #placed<V extends { address: string | null }>(view: V): V & { address: string } {
    return { ...view, address: view.address ?? this.ownAddress() };
  }
}
