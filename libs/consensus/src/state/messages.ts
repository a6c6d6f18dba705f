/** The inputs and outputs of the election: its entire contact with the outside. */
import type {
  Address,
  CatalogueMark,
  DialledLine,
  ElectionMessage,
  PeerCard,
  PeerId,
  PublicKey,
  Ticket,
} from '@iwanto/wire';

/** A connection to be opened, by the one of two hosts that can. */
export interface DialWish {
  readonly peer: PeerId;
  readonly line: DialledLine;
  readonly ticket: Ticket;
}

/** A connection between two peers, to be relayed by a third. */
export interface BridgeWish {
  readonly relay: PeerId;
  readonly callee: PeerId;
  readonly caller: PeerId;
  readonly line: DialledLine;
  readonly ticket: Ticket;
}

interface At {
  /** A monotonic clock in milliseconds; never the wall clock. */
  readonly nowMs: number;
}

/** The first input, once. */
export interface StartInput extends At {
  readonly type: 'start';
  /** Wall clock of the start, ms since 1970, read once: a founder's rank, and how late an epoch can be. */
  readonly bornMs: number;
  readonly card: PeerCard;
  /** Addresses the user gave. */
  readonly staticPeers: readonly Address[];
  /** Addresses of the last `remember` output of an earlier run. */
  readonly remembered: readonly Address[];
}

/** A datagram whose signature holds and whose sender is the hash of its signing key. */
export interface ReceivedInput extends At {
  readonly type: 'received';
  readonly message: ElectionMessage;
  readonly from: Address;
  readonly multicast: boolean;
}

/** The time asked for by `deadlineMs` has come (a later or an earlier tick does no harm). */
export interface TickInput extends At {
  readonly type: 'tick';
}

/** The TCP line to this leader broke: a reason to check, not a proof. */
export interface HintInput extends At {
  readonly type: 'hint';
  readonly leader: PeerId;
}

/** Say goodbye; `left` follows within 50 ms. */
export interface LeaveInput extends At {
  readonly type: 'leave';
}

/** A port or the name of this host changed. */
export interface EndpointChangedInput extends At {
  readonly type: 'endpointChanged';
  readonly card: PeerCard;
}

export interface StaticPeersChangedInput extends At {
  readonly type: 'staticPeersChanged';
  readonly addresses: readonly Address[];
}

/** Addresses to try, learned elsewhere. */
export interface RememberedPeersInput extends At {
  readonly type: 'rememberedPeers';
  readonly addresses: readonly Address[];
}

/** A datagram went to this address, which is outside its own subnets and was not heard lately. */
export interface OutsideInput extends At {
  readonly type: 'outside';
  readonly to: Address;
}

/** The catalogue of this host is now at this mark: the next keep-alive reports it to the leader. */
export interface CatalogueChangedInput extends At {
  readonly type: 'catalogueChanged';
  readonly catalogue: CatalogueMark | null;
}

/** A peer cannot be dialled: ask it to open this connection itself. */
export interface DialInput extends At, DialWish {
  readonly type: 'dial';
}

/** Ask a relay, as the caller; or, as the relay, ask both ends to dial this host. */
export interface BridgeInput extends At, BridgeWish {
  readonly type: 'bridge';
}

export type Input =
  | StartInput
  | ReceivedInput
  | TickInput
  | HintInput
  | LeaveInput
  | EndpointChangedInput
  | StaticPeersChangedInput
  | RememberedPeersInput
  | OutsideInput
  | DialInput
  | BridgeInput
  | CatalogueChangedInput;

/** Send one datagram to one address. */
export interface SendOutput {
  readonly type: 'send';
  readonly to: Address;
  readonly message: ElectionMessage;
  /** The CURVE key that the token of a WELCOME is sealed for; null for all others. */
  readonly sealFor: PublicKey | null;
}

/** Send one datagram to the group, on every interface. */
export interface MulticastOutput {
  readonly type: 'multicast';
  readonly message: ElectionMessage;
}

/** Leader, epoch, role or standbys changed: ask `leadershipOf`. */
export interface LeadershipChangedOutput {
  readonly type: 'leadershipChanged';
}

/** A peer came, went or moved: ask `peersOf`. At most five per second. */
export interface PeersChangedOutput {
  readonly type: 'peersChanged';
}

/** Keep these addresses across restarts, in place of those before. */
export interface RememberOutput {
  readonly type: 'remember';
  readonly addresses: readonly Address[];
}

/** This address, outside its own subnets, may be heard, and hears us: S55. */
export interface AcquaintOutput {
  readonly type: 'acquaint';
  readonly address: Address;
}

/** That peer asks to be dialled: S56. */
export interface DialOutput extends DialWish {
  readonly type: 'dial';
}

/** This host was asked to relay, or is an end of a connection that a relay agreed to serve: S57. */
export interface BridgeOutput extends BridgeWish {
  readonly type: 'bridge';
}

/** For the log; `warn` deserves a person's attention, `debug` is for diagnosing faults. */
export interface LogOutput {
  readonly type: 'log';
  readonly level: 'debug' | 'info' | 'warn';
  readonly sentence: string;
}

/** Another living process has this host's identity (a cloned disk): this one stops; the remedy is new keys. */
export interface DuplicateIdentityOutput {
  readonly type: 'duplicateIdentity';
  readonly address: Address;
}

/** All goodbyes are said: the sockets can be closed. */
export interface LeftOutput {
  readonly type: 'left';
}

export type Output =
  | SendOutput
  | MulticastOutput
  | LeadershipChangedOutput
  | PeersChangedOutput
  | RememberOutput
  | AcquaintOutput
  | DialOutput
  | BridgeOutput
  | LogOutput
  | DuplicateIdentityOutput
  | LeftOutput;
