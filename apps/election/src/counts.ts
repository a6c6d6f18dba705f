/** How many datagrams came in and how many were dropped, by reason: what `iwanto status` and tests look at. */
import type { DatagramRefusal } from '@iwanto/wire';

/** Beside what the codec refuses: a source that is too loud, our own datagrams that come back, and who is not pinned or of another group. */
export type DropReason = DatagramRefusal | 'rate' | 'own' | 'outsider';

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
  },
});
