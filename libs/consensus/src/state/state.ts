/** Everything that one election knows, as one plain record that `step` changes in place. */
import type {
  Address,
  BootRef,
  Bucket,
  CatalogueMark,
  LeaderTuple,
  Nonce,
  PeerCard,
  PeerId,
  Standby,
  WelcomeMessage,
} from '@iwanto/wire';
import { type ElectionConfig, LIMITS, type Timers } from './config.js';
import type { Member } from './member.js';

/** Those that count: they proved that they have the token, or were inherited. */
export const provedMembers = (state: State): Member[] =>
  [...state.members.values()].filter((each) => each.confirmed);

/** What grows with the cluster is then sent less often. */
export const isCrowd = (state: State): boolean =>
  state.members.size > LIMITS.crowd && provedMembers(state).length > LIMITS.crowd;

/** A leader whose address is known. */
export type KnownLeader = LeaderTuple & { readonly address: Address };

/** A joining peer, as another joiner sees it. */
export interface Joiner extends BootRef {
  readonly rank: number;
  readonly epoch: number;
  readonly address: Address;
  readonly heardMs: number;
  readonly answeredMs: number;
}

/** A leader that was named to a joiner, which waits for its welcome. */
export interface Target {
  leader: KnownLeader;
  /** Given up then, unless it is heard of again. */
  untilMs: number;
  /** Given up then in any case, unless it is seen to admit others. */
  patienceMs: number;
  /** It answered from the address it claims; until then it is only asked whether it is there. */
  isIntroduced: boolean;
  /** Somebody else named it. */
  readonly isHearsay: boolean;
  rosterVersion: number;
  helloAtMs: number;
  tries: number;
}

/** Looking for a cluster, or about to found one. */
export interface Joining {
  readonly at: 'joining';
  /** How many HELLOs of the schedule are out, and when the next is due. */
  helloCount: number;
  helloAtMs: number;
  /** When to decide who founds. */
  decideAtMs: number;
  readonly joiners: Map<PeerId, Joiner>;
  /** Until then it waits for any leaders that are named. */
  patienceMs: number;
  target: Target | null;
  /** A leader that never welcomed us, and until when it is ignored. */
  refused: { leader: BootRef; untilMs: number } | null;
}

/** Under a leader: following it, suspecting it, or claiming its office. */
export interface Following {
  readonly at: 'following';
  /** Open while this standby suspects its leader or claims; enter.ts opens and closes it. */
  suspicion: Suspicion | null;
  /** Open while another leader is being investigated (member/pending.ts). */
  pending: Pending | null;
  /** When the leader last proved, in a round trip, that it is there. */
  evidenceMs: number;
  /** When this member last became a standby: no silence counts from before. */
  watchFromMs: number;
  jitterMs: number;
  /** When this standby last acknowledged a beat. */
  ackSentMs: number;
  /** Its seq: an older beat that arrives later says nothing new. */
  lastBeatSeq: number;
  /** Members of the cluster, as of the last beat. */
  members: number;
  pingAtMs: number;
  /** PINGs since the last answer. */
  unanswered: number;
  /** A part of the roster came, and before the answer to the PING that fetched it: the next one is still to be fetched. */
  isRosterPartial: boolean;
  /** When the first of them was sent. */
  askingSinceMs: number;
  nonce: Nonce | null;
  pingSentMs: number;
  /** The leader said goodbye or was replaced by another start of itself. */
  gone: boolean;
  /** Standbys that asked while our evidence was no younger: they are informed of the next beat. */
  readonly askers: Map<PeerId, Address>;
}

/** While suspecting and claiming. */
export interface Suspicion {
  /** Silence is proved: the claim is out. */
  isClaim: boolean;
  readonly nonce: Nonce;
  /** Probes sent to the leader, and when the next is due. */
  probed: number;
  probeAtMs: number;
  /** When to claim, and while claiming, when the claim takes effect. */
  dueMs: number;
}

/** A successor that announced itself while the old leader may still be there. */
export interface Pending {
  leader: KnownLeader;
  /** The question to the old leader; its answer ends this. */
  readonly nonce: Nonce;
  askAtMs: number;
  asks: number;
  /** From then on the successor's welcome counts. */
  ripeMs: number;
  /** It came before that. */
  welcome: { message: WelcomeMessage; from: Address } | null;
  /** The successor does not know us: join it when ripe. */
  unknown: boolean;
  /** A fellow, or named by my leader or a fellow: I claim nothing meanwhile. */
  isTrusted: boolean;
}

/** A leader to which this one gives way, until its welcome comes. */
export interface Yielding {
  leader: KnownLeader;
  atMs: number;
  rounds: number;
}

/** Leading, or suspended after a pause. */
export interface Reign {
  readonly at: 'leading';
  /** Open while this leader asks whether it still leads; enter.ts opens and closes it. */
  suspension: Suspension | null;
  readonly sinceMs: number;
  readonly previous: (BootRef & { readonly address: Address | null }) | null;
  /** Version of the roster when the reign began: older versions of members count for nothing. */
  readonly versionFloor: number;
  fastBeatAtMs: number;
  slowBeatAtMs: number;
  announced: number;
  announceAtMs: number;
  sweepAtMs: number;
  /** When any member was last heard; and whether there was one at all. */
  heardMs: number;
  hadMembers: boolean;
  /** Departed members by version, for members that do not know yet. */
  gone: { peer: PeerId; version: number }[];
  /** Departures up to this version are not listed in `gone` any more. */
  goneFloor: number;
  /** No longer standbys, and not yet informed of it: they would miss their fast beats. */
  readonly demoted: Standby[];
  /** The seq and the time of the last round of fast beats, for round trips. */
  beatSeq: number;
  beatMs: number;
  /** At most three, by peer and boot. */
  readonly yieldings: Map<string, Yielding>;
}

/** While suspended. */
export interface Suspension {
  readonly sinceMs: number;
  readonly nonce: Nonce;
  askAtMs: number;
  /** A member answered that it still follows me. */
  confirmed: boolean;
}

/** Saying goodbye, three times. */
export interface Leaving {
  readonly at: 'leaving';
  /** The place that is given up: it determines who gets the goodbye. */
  readonly was: Joining | Following | Reign;
  atMs: number;
  said: number;
}

/**
 * The place of this process: one record, with all that belongs to that place and nothing else. Only enter.ts
 * puts another one here, so nothing of an earlier place is ever left over.
 */
export type Place =
  { readonly at: 'idle' } | Joining | Following | Reign | Leaving | { readonly at: 'left' };

/** How this host learned of a peer. */
export type SeenHow = 'self' | 'multicast' | 'static' | 'remembered' | 'roster';

/** A peer that was heard. */
export interface Sighting {
  seen: SeenHow;
  readonly sinceMs: number;
  address: Address;
  card: PeerCard | null;
  heardMs: number;
  roundTripMs: number | null;
}

/** What was received from one boot of a peer: the replay window. */
export interface Heard {
  highest: number;
  /** Bit i set: `highest - i` was received; bits 0-31 and 32-63. */
  low: number;
  high: number;
}

/** Budgets that are limited in total. Few, and never forgotten: a flood of strangers cannot refill them. */
export type Budget =
  | 'welcome'
  | 'welcome again'
  | 'hint'
  | 'fence'
  | 'hello'
  | 'refusal'
  | 'introduction'
  | 'hearsay'
  | 'knock'
  | 'cookie'
  | 'dial'
  | 'bridge'
  | 'pong'
  | 'relay'
  | 'roster'
  | 'handover'
  | 'epoch'
  | 'line'
  | 'ignored line'
  | 'impossible epoch';

export interface Seeds {
  staticPeers: readonly Address[];
  /** By address text, the latest last. */
  readonly remembered: Map<string, Address>;
  rememberAtMs: number;
  probeAtMs: number;
  /** Rounds since the last change, and when that was. */
  rounds: number;
  sinceMs: number;
}

export interface State {
  readonly config: ElectionConfig;
  readonly timers: Timers;
  place: Place;
  epoch: number;
  seq: number;
  startedMs: number;
  /** Wall clock minus monotonic clock at the start: the one time the wall clock is read. */
  wallOffsetMs: number;
  /** The clock of the cluster minus the monotonic clock. */
  clusterOffsetMs: number;
  card: PeerCard | null;
  /** The leader may have an earlier card, and accepts a new one only from a peer that proved its admission. */
  isCardNews: boolean;
  /** Makes the nonces of questions to strangers (introduction.ts). */
  readonly introductionKey: Uint8Array;
  catalogue: CatalogueMark | null;
  rank: number;
  leader: LeaderTuple | null;
  leaderCard: PeerCard | null;
  /** The secret of the reign; null until the leader's welcome. */
  secret: Uint8Array | null;
  token: { readonly epoch: number; readonly bytes: Uint8Array } | null;
  standbys: readonly Standby[];
  readonly members: Map<PeerId, Member>;
  /** Version of my own roster, over all my reigns. */
  ownVersion: number;
  /** Version of the leader's roster that I have. */
  rosterVersion: number;
  /** The question to another process with my own identity. */
  twin: { readonly nonce: Nonce; readonly askedMs: number } | null;
  readonly seeds: Seeds;
  readonly sightings: Map<PeerId, Sighting>;
  readonly heard: Map<string, Heard>;
  readonly budgets: Map<Budget, Bucket>;
  readonly buckets: Map<string, Bucket>;
  /** When to publish that peers changed; Infinity while nothing did. */
  tellPeersAtMs: number;
  /** The deadline last asked for: a wake-up much later means that this process was suspended. */
  askedMs: number;
}
