/** One member of a cluster. */
import type { Address, BootId, CatalogueMark, PeerCard, PeerId, RosterEntry } from '@iwanto/wire';

/** One member, as its leader or another member keeps it. */
export interface Member {
  readonly peer: PeerId;
  readonly boot: BootId;
  rank: number;
  address: Address;
  card: PeerCard;
  /** It proved that it has my token, or I inherited it from the leader before me. */
  confirmed: boolean;
  /** Sequence number of its last HELLO or PING: an earlier HELLO says nothing new. */
  helloSeq: number;
  heardMs: number;
  /** When it last acknowledged a fast beat or was made a standby. */
  ackedMs: number;
  /** Whether it may be a standby: false after it missed beats, until it is heard again. */
  fit: boolean;
  /** Version of the roster in which it last changed. */
  version: number;
  catalogue: CatalogueMark | null;
  roundTripMs: number | null;
  readonly sinceMs: number;
  /** Member side: the present leader's roster has not named it yet. */
  stale: boolean;
}

/** A member about which nothing but its entry is known. */
export const newMember = (entry: RosterEntry, nowMs: number): Member => ({
  ...entry,
  confirmed: false,
  helloSeq: 0,
  heardMs: nowMs,
  ackedMs: nowMs,
  fit: true,
  version: 0,
  catalogue: null,
  roundTripMs: null,
  sinceMs: nowMs,
  stale: false,
});
