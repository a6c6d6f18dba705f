/** How many datagrams came in and how many were dropped, by reason: what `iwanto status` and tests look at. */
import type { DatagramRefusal } from '@iwanto/wire';

/** Besides what the codec refuses: sources that send too much, our own datagrams, peers that are not pinned or are in another group, hosts outside all subnets that nobody named, and what waited too long. */
export type DropReason = DatagramRefusal | 'rate' | 'own' | 'outsider' | 'outside' | 'stale';

export interface Counts {
  heard: number;
  readonly dropped: Record<DropReason, number>;
}

export const newCounts = (): Counts => ({
  heard: 0,
  dropped: {
    size: 0,
    magic: 0,
    version: 0,
    group: 0,
    type: 0,
    sender: 0,
    signature: 0,
    body: 0,
    secret: 0,
    rate: 0,
    own: 0,
    outsider: 0,
    outside: 0,
    stale: 0,
  },
});
