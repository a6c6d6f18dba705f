/** The election's datagrams as plain data: who says what to whom, and the limit of every field. */
import type { BridgeMessage, DialMessage } from './dial-hello.js';
import type { BootId, CatalogId, PeerId, PublicKey } from './ids.js';

/** The largest datagram of the election, seal included; larger ones are dropped unread (fits any Ethernet MTU). */
export const ELECTION_DATAGRAM_BYTES_MAX = 1_200;
/**
 * HELLO, and a PING without proof, are padded to this size: their answer (WELCOME) is never larger, so
 * that nobody can turn a forged source address into more traffic than it costs (HOSTILE 14).
 */
export const HELLO_BYTES = 640;
/** Everything else that a stranger may get an answer to is padded to this size: HINT, PROBE, PONG, NOTMEMBER, NOTLEADER and COOKIE are never larger. */
export const QUESTION_BYTES = 256;
/** Standbys named in one datagram. */
export const STANDBYS_MAX = 5;
/** Members in one ROSTER or YIELD: the number that fits with the longest names and IPv6 addresses. */
export const ROSTER_ENTRIES_MAX = 6;
/** Departed members in one ROSTER. */
export const ROSTER_GONE_MAX = 12;
/** Epochs, ranks, sequence numbers and roster versions are 48-bit. */
export const UINT48_MAX = 2 ** 48 - 1;
/** Ages are sent in 16 bits of milliseconds; anything older is sent as this. */
export const AGE_MS_MAX = 65_535;
/** Bytes of the secret that a leader shares with its members. */
export const SECRET_BYTES = 16;
/** Bytes of an HMAC over a nonce. */
export const PROOF_BYTES = 16;
/** Bytes of the HMAC over an address that a COOKIE carries. */
export const COOKIE_BYTES = 16;

/** 8 random bytes as 16 hex characters: ties an answer to its question. */
export type Nonce = string & { readonly __brand: 'Nonce' };

/** Where a datagram goes or came from: an IP address in text form and a UDP port. */
export interface Address {
  readonly address: string;
  readonly port: number;
}

/** What every datagram starts with. */
export interface ElectionHeader {
  readonly sender: PeerId;
  readonly boot: BootId;
  /** The epoch the sender is in. */
  readonly epoch: number;
  /** Rises by one with each datagram of this boot. */
  readonly seq: number;
}

/** An endpoint without its address: that is learned from the datagram itself. */
export interface PeerCard {
  readonly electionPort: number;
  readonly indexerPort: number;
  readonly transferPort: number;
  readonly curveKey: PublicKey;
  /** At most PEER_NAME_BYTES_MAX bytes of UTF-8. */
  readonly name: string;
}

/** One process: a peer and which start of it. */
export interface BootRef {
  readonly peer: PeerId;
  readonly boot: BootId;
}

/** The leader tuple L. */
export interface LeaderTuple extends BootRef {
  readonly epoch: number;
  /** The epoch in which it took over: it mints one secret for each reign, a later epoch derives from it. */
  readonly reign: number;
  /** In milliseconds; the smallest rank is the oldest. */
  readonly rank: number;
  /** Null when the leader itself speaks: its address is that of the datagram. */
  readonly address: Address | null;
  /** It had members and hears none any more: it yields even to a younger leader. */
  readonly lost: boolean;
}

/** A standby, as leader and members name it. */
export interface Standby extends BootRef {
  readonly rank: number;
  readonly address: Address;
}

/** A member, as a leader describes it to others. */
export interface RosterEntry extends Standby {
  readonly card: PeerCard;
}

/** How far a peer's catalogue is: equal marks mean equal catalogues. */
export interface CatalogueMark {
  readonly catalogId: CatalogId;
  readonly revision: number;
}

/** Asks to be admitted, or (when not joining) announces a changed endpoint and shows that the member is alive. */
export interface HelloMessage extends ElectionHeader {
  readonly type: 'hello';
  /** The rank it would found a cluster with: wall clock of its start; a leader never uses it. */
  readonly rank: number;
  readonly card: PeerCard;
  readonly joining: boolean;
}

/** "That one leads": to a joiner, and to a stale leader and its followers. */
export interface HintMessage extends ElectionHeader {
  readonly type: 'hint';
  readonly leader: LeaderTuple;
}

/** Admits a member. `secret` is that of the reign, in plain here; the edge seals it for the receiver. */
export interface WelcomeMessage extends ElectionHeader {
  readonly type: 'welcome';
  readonly leader: LeaderTuple;
  readonly card: PeerCard;
  readonly secret: Uint8Array;
  /** The boot of the receiver that is admitted. */
  readonly member: BootId;
  /** The rank stamped on the receiver. */
  readonly rank: number;
  /** The leader's rank plus the time since, in ms: the one clock of the cluster. */
  readonly clusterNowMs: number;
  readonly standbys: readonly Standby[];
}

/** "I lead": fast and unicast to the standbys, slow and multicast to all. */
export interface BeatMessage extends ElectionHeader {
  readonly type: 'beat';
  readonly leader: LeaderTuple;
  readonly standbys: readonly Standby[];
  readonly members: number;
  readonly rosterVersion: number;
  /** Fast beats only: ms since the leader last heard this standby; null on slow ones. */
  readonly heardMs: number | null;
  /** The leader it took over from, for some seconds after. */
  readonly previous: BootRef | null;
  /** On slow and announcing beats, so that a member can reach the leader's services immediately. */
  readonly card: PeerCard | null;
}

/** A standby's answer to a fast beat. */
export interface AckMessage extends ElectionHeader {
  readonly type: 'ack';
  /** The `seq` of the beat. */
  readonly beat: number;
  readonly rosterVersion: number;
}

/** A member's keep-alive. */
export interface PingMessage extends ElectionHeader {
  readonly type: 'ping';
  readonly nonce: Nonce;
  readonly leader: BootRef;
  /** HMAC of the token over the nonce; null while the member has no token of this reign. */
  readonly proof: Uint8Array | null;
  readonly rosterVersion: number;
  readonly catalogue: CatalogueMark | null;
}

/** The leader's answer to PING and PROBE. `proof` is null if the asker proved nothing. */
export interface PongMessage extends ElectionHeader {
  readonly type: 'pong';
  readonly nonce: Nonce;
  readonly leader: LeaderTuple;
  readonly proof: Uint8Array | null;
}

/** "You are not my member": the answer of a leader to a PING; HELLO again. */
export interface NotMemberMessage extends ElectionHeader {
  readonly type: 'notMember';
  readonly nonce: Nonce;
  readonly leader: LeaderTuple;
}

/** "I do not lead": the answer of anybody else to PING and PROBE, with who does as far as it knows. */
export interface NotLeaderMessage extends ElectionHeader {
  readonly type: 'notLeader';
  readonly nonce: Nonce;
  readonly leader: LeaderTuple | null;
}

/** "Are you there, and do you lead?" */
export interface ProbeMessage extends ElectionHeader {
  readonly type: 'probe';
  readonly nonce: Nonce;
  readonly leader: BootRef;
}

/** A suspecting standby asks the others; `ageMs` is how long ago it last had evidence of the leader. */
export interface AskMessage extends ElectionHeader {
  readonly type: 'ask';
  readonly leader: BootRef;
  readonly ageMs: number;
}

/** The answer to ASK by one with younger evidence. */
export interface AliveMessage extends ElectionHeader {
  readonly type: 'alive';
  readonly leader: BootRef;
  readonly ageMs: number;
}

/** "I take over unless somebody objects". */
export interface ClaimMessage extends ElectionHeader {
  readonly type: 'claim';
  readonly claimEpoch: number;
  readonly rank: number;
  readonly old: BootRef;
  readonly ageMs: number;
  /** The old leader said goodbye: no evidence of its life counts. */
  readonly left: boolean;
}

/** Why a claim is objected to. */
export type Objection = 'alive' | 'older' | 'leader';

/** Stops a claim: the leader lives (with the age of the evidence), an older standby claims itself, another one leads. */
export interface ObjectMessage extends ElectionHeader {
  readonly type: 'object';
  readonly objection: Objection;
  readonly ageMs: number;
  /** The one that leads, for 'leader'; null otherwise. */
  readonly leader: LeaderTuple | null;
}

/** The loser of a face-off hands its members to the winner, in several datagrams when they are many. */
export interface YieldMessage extends ElectionHeader {
  readonly type: 'yield';
  readonly leader: LeaderTuple;
  /** Members of the loser, which is none of them. */
  readonly entries: readonly RosterEntry[];
}

/** A member reports to its own leader that another one exists. */
export interface RelayMessage extends ElectionHeader {
  readonly type: 'relay';
  readonly leader: LeaderTuple;
}

/**
 * Part of the member list, leader to member, asked for by the `rosterVersion` of ACK and PING:
 * all that changed after `since` up to `upTo`; `since` 0 starts again. Complete when `upTo` is `latest`.
 */
export interface RosterMessage extends ElectionHeader {
  readonly type: 'roster';
  readonly since: number;
  readonly upTo: number;
  readonly latest: number;
  readonly entries: readonly RosterEntry[];
  readonly gone: readonly PeerId[];
}

/** Goodbye, to the leader and the standbys and by multicast. */
export interface LeaveMessage extends ElectionHeader {
  readonly type: 'leave';
}

/** "I want to send to you from outside your subnets": asks for a cookie, or brings the one it got. */
export interface KnockMessage extends ElectionHeader {
  readonly type: 'knock';
  readonly nonce: Nonce;
  /** Null in the first one. */
  readonly cookie: Uint8Array | null;
}

/** The answer to a KNOCK: a host that can bring this back receives at the address that it knocked from. */
export interface CookieMessage extends ElectionHeader {
  readonly type: 'cookie';
  readonly nonce: Nonce;
  readonly cookie: Uint8Array;
}

export type ElectionMessage =
  | HelloMessage
  | HintMessage
  | WelcomeMessage
  | BeatMessage
  | AckMessage
  | PingMessage
  | PongMessage
  | NotMemberMessage
  | NotLeaderMessage
  | ProbeMessage
  | AskMessage
  | AliveMessage
  | ClaimMessage
  | ObjectMessage
  | YieldMessage
  | RelayMessage
  | RosterMessage
  | LeaveMessage
  | KnockMessage
  | CookieMessage
  | DialMessage
  | BridgeMessage;

export type ElectionMessageType = ElectionMessage['type'];
