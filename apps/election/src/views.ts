/** What is published to the other services: the state machine's views with revisions and this host's own address. */
import { type Leadership, type NewsBody, type Peers, nextRevision } from '@iwanto/bus';
import { type DialWish, type State, leadershipOf, peersOf } from '@iwanto/consensus';
import type { PeerId } from '@iwanto/wire';

export interface ViewedHost {
  readonly ownAddress: () => string;
  readonly nowMs: () => number;
  /** The group whose keys seal the datagrams; undefined on an open LAN. */
  readonly sealedBy: string | undefined;
}

export class Views {
  #leadership = nextRevision();
  #said = '';
  #peers = nextRevision();

  constructor(
    private readonly state: State,
    private readonly host: ViewedHost,
  ) {}

  /** The leadership with a new revision, if it differs from the last one published. */
  newLeadership(): Leadership | undefined {
    const said = JSON.stringify({ ...this.leadership(), revision: 0 });
    if (said === this.#said) return undefined;
    this.#said = said;
    this.#leadership = nextRevision();
    return this.leadership();
  }

  peersChanged(): Peers {
    this.#peers = nextRevision();
    return this.peers();
  }

  leadership(): Leadership {
    const view = leadershipOf(this.state);
    return {
      ...view,
      revision: this.#leadership,
      ...this.#sealed(),
      leader: view.leader && this.#placed(view.leader),
      standbys: view.standbys.map((each) => this.#placed(each)),
    };
  }

  peers(): Peers {
    const peers = peersOf(this.state, this.host.nowMs());
    return {
      revision: this.#peers,
      ...this.#sealed(),
      peers: peers.map((each) => this.#placed(each)),
    };
  }

  /** Where the peer that asks to be dialled is; undefined if the service that it names does not run there. */
  dialled(wish: DialWish): NewsBody<'line.asked'> | undefined {
    const peer = this.peers().peers.find((each) => each.peer === wish.peer);
    const port = wish.line === 'indexer' ? peer?.indexerPort : peer?.transferPort;
    return peer && port ? { ...wish, address: peer.address, port, relay: null } : undefined;
  }

  get self(): PeerId {
    return this.state.config.peer;
  }

  /** Where the transfer service of a peer is; undefined if it does not run. */
  transferOf(relay: PeerId): { readonly address: string; readonly port: number } | undefined {
    const peer = this.peers().peers.find((each) => each.peer === relay);
    return peer?.transferPort ? { address: peer.address, port: peer.transferPort } : undefined;
  }

  #sealed() {
    const { sealedBy } = this.host;
    return sealedBy === undefined ? {} : { sealedBy };
  }

  /** A host does not know its own address from datagrams. */
  #placed<V extends { address: string | null }>(view: V): V & { address: string } {
    return { ...view, address: view.address ?? this.host.ownAddress() };
  }
}
