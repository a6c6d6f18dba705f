/** What the election of this host knows about holders: where they are, and whether they may be dialled. */
import type { PeerTrust, ServiceContext } from '@iwanto/service';
import { type Holder, type PeerId, isLoopback } from '@iwanto/wire';
import { isDialable } from './lines.js';

/** Who may be dialled: nobody whose address is meaningful only to its inventor (HOSTILE 47). */
export function holderFilter(
  { bus, identity }: ServiceContext,
  { isBlocked }: PeerTrust,
): (holder: Holder) => boolean {
  const onLoopback = new Set<string>();
  bus.follow('peers.changed', ({ peers }) => {
    onLoopback.clear();
    for (const { peer, address } of peers) if (isLoopback(address)) onLoopback.add(peer);
  });
  return ({ peer, address }) =>
    !isBlocked(peer) &&
    peer !== identity.peer &&
    isDialable(address) &&
    (!isLoopback(address) || onLoopback.has(peer));
}

/** Where each peer can be reached, as the election of this host knows it. */
export function followHolders({ bus }: ServiceContext): (peers: readonly PeerId[]) => Holder[] {
  const holders = new Map<PeerId, Holder>();
  bus.follow('peers.changed', ({ peers }) => {
    holders.clear();
    for (const { peer, address, transferPort: port, curveKey } of peers) {
      if (port !== 0 && isDialable(address)) holders.set(peer, { peer, address, port, curveKey });
    }
  });
  return (peers) => peers.flatMap((peer) => holders.get(peer) ?? []);
}
