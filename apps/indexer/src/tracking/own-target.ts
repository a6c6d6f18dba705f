/** This host's catalogue reaches its own tracker without network and without signature. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inTurns } from '@iwanto/bus';
import type { PeerId } from '@iwanto/wire';
import type { AnnounceTarget } from './announce.js';
import type { TrackerDesk } from './tracker-desk.js';

export const ownTarget = (
  desk: Pick<TrackerDesk, 'held' | 'apply'>,
  peer: PeerId,
): AnnounceTarget => ({
  announced: async () => desk.held(peer),
  announce: async (changes) => {
    const held = await inTurns(desk.apply({ peer, ...changes }));
    // Nothing else here ever waits: a large catalogue would be applied without a pause.
    await nextTurn();
    return held;
  },
});
