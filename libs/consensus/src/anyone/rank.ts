/** Who is older, who is the same, and who wins when two leaders meet. */
import type { Address, BootRef, LeaderTuple, PeerId } from '@iwanto/wire';
import type { KnownLeader, State } from '../state/state.js';

/** The time of the cluster: what members are ranked by. */
export const clusterNowMs = (state: State, nowMs: number): number =>
  Math.round(nowMs + state.clusterOffsetMs);

/** The rank of a member admitted now: never older than its leader (S3). */
export const stampedRank = (state: State, nowMs: number): number =>
  Math.max(clusterNowMs(state, nowMs), state.rank + 1);

interface Aged {
  readonly rank: number;
  readonly peer: PeerId;
}

/** Negative when `a` is older: the smaller rank, and of equal ranks the smaller id (S2). */
export function byAge(a: Aged, b: Aged): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  return a.peer < b.peer ? -1 : a.peer > b.peer ? 1 : 0;
}

export const isOlder = (a: Aged, b: Aged): boolean => byAge(a, b) < 0;

/** The same start of the same peer (S1). */
export const sameBoot = (a: BootRef | null, b: BootRef | null): boolean =>
  a !== null && b !== null && a.peer === b.peer && a.boot === b.boot;

/** The key of one start of one peer: a boot alone names nobody, since anybody can take over the number. */
export const startOf = ({ peer, boot }: BootRef): string => peer + boot;

/**
 * Two leaders met (S35): the one that keeps its members wins over the one that lost them, then the older one.
 * Epochs do not matter: they say how often a cluster changed hands, not how long it has existed.
 */
export function winsFaceOff(mine: LeaderTuple, theirs: LeaderTuple): boolean {
  if (mine.lost !== theirs.lost) return !mine.lost;
  return isOlder(mine, theirs);
}

/** The tuple with an address: its own, or, when the leader itself spoke, that of the datagram. */
export function locate(leader: LeaderTuple, sender: PeerId, from: Address): KnownLeader | null {
  if (leader.peer === sender) return { ...leader, address: from };
  return leader.address === null ? null : { ...leader, address: leader.address };
}
