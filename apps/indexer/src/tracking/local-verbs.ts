/** What this host asks of trackers and of other peers for its own commands, as verbs of its bus. */
import type { Bus, CurveKeys, KnownPeer } from '@iwanto/bus';
import type { PeerWays } from '@iwanto/service';
import type { PeerId } from '@iwanto/wire';
import { DirectLocate } from './direct-locate.js';
import type { LeaderCheck } from './leader-check.js';
import type { LeaderLine } from './leader-line.js';
import type { Listing } from '../peer-verbs/list.js';
import { ShownContents } from './shown.js';
import type { Tracking } from './tracker-service.js';
import { TrustedPeers } from './trusted-peers.js';
import { book } from '../verbs/book.js';
import { findableGet } from '../verbs/findable-get.js';
import { holders } from '../verbs/holders.js';
import { locate } from '../verbs/locate.js';
import { peerCheck } from '../verbs/peer-check.js';
import { peerList } from '../verbs/peer-list.js';
import { search } from '../verbs/search.js';

export interface LocalRoom {
  readonly bus: Pick<Bus, 'call'>;
  readonly self: PeerId;
  readonly keys: CurveKeys;
  readonly line: LeaderLine;
  readonly catalogue: Listing;
  readonly leaderCheck: LeaderCheck;
  readonly ways: PeerWays;
  readonly isTrusted: (peer: PeerId) => boolean;
  readonly isBlocked: (peer: PeerId) => boolean;
  knownHere(peer: PeerId): KnownPeer | undefined;
  members(): KnownPeer[];
}

const nowMs = () => performance.now();

export function localVerbs(room: LocalRoom): Tracking['handlers'] {
  const { bus, self, keys, line, catalogue, leaderCheck, ways, isTrusted, isBlocked } = room;
  const shown = new ShownContents(nowMs);
  const knownHere = (peer: PeerId) => room.knownHere(peer);
  const members = () => room.members();
  const direct = new DirectLocate({ self, keys, nowMs, members });
  const trusted = new TrustedPeers({ self, isTrusted, members });
  return {
    search: search({ line, self, shown, trusted, isBlocked }),
    locate: locate({ leaderLine: line, direct, knownHere, shown, trusted }),
    book: book(line),
    'findable.get': findableGet(leaderCheck),
    'peer.check': peerCheck({ peer: self, bus, keys }),
    holders: holders({ line, trusted }),
    'peer.list': peerList({
      ...{ self, keys, own: catalogue, knownHere },
      detoursTo: ways.detoursTo,
    }),
  };
}
