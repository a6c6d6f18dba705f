/** `peer.list` on the bus: what one peer shares in one folder, asked of the peer itself. */
import {
  type CurveKeys,
  type Detours,
  type Handler,
  type KnownPeer,
  type Verbs,
  connectPeer,
} from '@iwanto/bus';
import { Failure, LIST_ENTRIES_MAX, type PeerId } from '@iwanto/wire';
import type { Listing } from '../peer-verbs/list.js';

export interface PeerListOptions {
  readonly self: PeerId;
  readonly keys: CurveKeys;
  readonly own: Listing;
  readonly detoursTo?: (peer: PeerId) => Detours;
  readonly knownHere: (peer: PeerId) => KnownPeer | undefined;
}

export const peerList =
  ({ self, keys, own, knownHere, detoursTo }: PeerListOptions): Handler<Verbs, 'peer.list'> =>
  async ({ peer, path, after }) => {
    if (peer === self) return own.list(path, after, LIST_ENTRIES_MAX);
    const known = knownHere(peer);
    if (!known) throw new Failure('E_NOT_FOUND', `No peer ${peer} is known; see "iwanto peers".`);
    const { address, indexerPort: port, curveKey: serverKey } = known;
    const line = connectPeer({
      ...{ address, port, serverKey, keys },
      detours: detoursTo?.(peer),
    });
    try {
      return await line.call('list', { path, after });
    } finally {
      line.close();
    }
  };
