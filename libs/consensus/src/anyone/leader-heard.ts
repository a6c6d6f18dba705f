/** What one datagram says about a leader, derived once and then passed to the role that this process plays. */
import type { Address, BootRef, ElectionHeader, LeaderTuple } from '@iwanto/wire';
import type { KnownLeader, State } from '../state/state.js';
import type { Speaker } from './introduction.js';
import { locate, sameBoot } from './rank.js';

/**
 * How sure it is that this leader leads: somebody said so; it answered my question from the address it claims; a
 * fellow vouches for it in an objection; or my own leader said so, which is final.
 */
export type HowKnown = 'told' | 'answered' | 'vouched' | 'final';

/** A message that names a leader. */
export type NamesLeader = ElectionHeader & {
  readonly leader: LeaderTuple;
  readonly previous?: BootRef | null;
  readonly rosterVersion?: number;
};

export interface LeaderHeard {
  readonly leader: KnownLeader;
  /** Who said it, in which epoch, and from where. */
  readonly by: Speaker & Pick<ElectionHeader, 'epoch'>;
  readonly from: Address;
  readonly known: HowKnown;
  /** Somebody else than the leader said it. */
  readonly isHearsay: boolean;
  /** It replaces my own leader, according to itself or to somebody that counts. */
  readonly isSuccessor: boolean;
  /** It rises while the leader admits others; 0 if the message does not say. */
  readonly rosterVersion: number;
}

/** Null if the leader is named without an address and did not speak itself. */
export function leaderHeard(
  state: State,
  message: NamesLeader,
  from: Address,
  known: HowKnown = 'told',
): LeaderHeard | null {
  const leader = locate(message.leader, message.sender, from);
  if (leader === null) return null;
  const isFinal = sameBoot({ peer: message.sender, boot: message.boot }, state.leader);
  return {
    leader,
    by: message,
    from,
    known: isFinal ? 'final' : known,
    isHearsay: message.sender !== leader.peer,
    isSuccessor: isFinal || known === 'vouched' || sameBoot(message.previous ?? null, state.leader),
    rosterVersion: message.rosterVersion ?? 0,
  };
}
