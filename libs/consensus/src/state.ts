/** All that one election knows, as one plain record that `step` changes in place. */
import type {
  Address,
  BootId,
  BootRef,
  CatalogueMark,
  LeaderTuple,
  Nonce,
  PeerCard,
  PeerId,
  Successor,
} from '@iwanto/wire';
import { type ElectionConfig, TIMERS, type Timers } from './config.js';
import type { SeenHow } from './views.js';
import type { Phase } from './transitions.js';

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
  /** May be a standby: false after it missed beats, until it is heard again. */
  fit: boolean;
  /** Version of the roster in which it last changed. */
  version: number;
  catalogue: CatalogueMark | null;
  roundTripMs: number | null;
  sinceMs: number;
  welcomedMs: number;
  /** Member side: not confirmed by the present leader's roster yet. */
  stale: boolean;
}

/** A peer that wants in, as another joiner sees it. */
export interface Joiner extends BootRef {
  readonly rank: number;
  readonly epoch: number;
  readonly address: Address;
  heardMs: number;
  answeredMs: number;
}

/** While joining. */
export interface Joining {
  readonly sinceMs: number;
  /** How many HELLOs of the schedule are out, and when the next is due. */
  helloCount: number;
  helloAtMs: number;
  /** When to decide who founds. */
  decideAtMs: number;
  readonly joiners: Map<PeerId, Joiner>;
  /** A leader that was named to us: we wait for it until then. */
  target: { leader: LeaderTuple; untilMs: number } | null;
}

/** While under a leader: following, suspecting and claiming. */
export interface Following {
  /** When the leader last proved, in a round trip, that it is there. */
  evidenceMs: number;
  jitterMs: number;
  lastBeatSeq: number;
  pingAtMs: number;
  /** PINGs since the last answer. */
  unanswered: number;
  nonce: Nonce | null;
  pingSentMs: number;
  /** Standbys that asked while our evidence was no younger: they hear of the next beat. */
  readonly askers: Map<PeerId, Address>;
  relayedMs: number;
}

/** While suspecting and claiming. */
export interface Suspicion {
  readonly sinceMs: number;
  /** The leader said goodbye, or another start of it stands in its place: no silence need be proved. */
  readonly gone: boolean;
  nonce: Nonce;
  probeAgainAtMs: number;
  /** When to claim, and while claiming, when the claim stands. */
  dueMs: number;
}

/** A successor that announced itself while the old leader may still be there. */
export interface Pending {
  readonly leader: LeaderTuple;
  readonly sinceMs: number;
  /** The question to the old leader; its answer ends this. */
  readonly nonce: Nonce;
  /** The welcome that waits for the old leader's silence. */
  askAtMs: number;
  asks: number;
  /** From then on the successor's welcome counts. */
  readonly ripeMs: number;
}

/** While leading or suspended. */
export interface Reign {
  readonly sinceMs: number;
  /** Version of the roster when the reign began: older versions of members count for nothing. */
  readonly versionFloor: number;
  fastBeatAtMs: number;
  slowBeatAtMs: number;
  announcementsLeft: number;
  announceAtMs: number;
  readonly previous: BootRef | null;
  lost: boolean;
  heardMs: number;
  hadMembers: boolean;
  /** Departed members by version, for those who have not heard. */
  readonly gone: { peer: PeerId; version: number }[];
  /** Versions up to this one are not listed in `gone` any more. */
  goneFloor: number;
  /** Send times of fast beats by their seq, for round trips. */
  readonly beatSent: Map<number, number>;
  /** The older leader we yield to, until its welcome comes. */
  yielding: { leader: LeaderTuple; atMs: number; rounds: number } | null;
  /** Leaders we answered lately, so that two do not shout at each other. */
  readonly answered: Map<PeerId, number>;
}

/** While suspended. */
export interface Suspension {
  readonly sinceMs: number;
  readonly nonce: Nonce;
  askAtMs: number;
  confirmed: boolean;
}

/** A peer that was heard or told of. */
export interface Sighting {
  seen: SeenHow;
  readonly sinceMs: number;
  boot: BootId;
  address: Address;
  card: PeerCard | null;
  heardMs: number;
  roundTripMs: number | null;
}

/** What came of a peer's boot: the replay window. */
export interface Heard {
  boot: BootId;
  highest: number;
  /** Bit i set: `highest - i` was heard. */
  window: bigint;
  /** Earlier boots of the peer, the latest last. */
  readonly retired: BootId[];
}

export interface Bucket {
  tokens: number;
  atMs: number;
}

export interface Seeds {
  staticPeers: readonly Address[];
  /** By text, the latest last. */
  readonly remembered: Map<string, Address>;
  rememberedChanged: boolean;
  rememberAtMs: number;
  probeAtMs: number;
  readonly sinceMs: number;
}

export interface State {
  readonly config: ElectionConfig;
  readonly timers: Timers;
  nowMs: number;
  phase: Phase;
  epoch: number;
  seq: number;
  /** Wall clock minus monotonic clock at the start: the one time the wall clock is read. */
  wallOffsetMs: number;
  card: PeerCard | null;
  catalogue: CatalogueMark | null;
  /** What the leader has recorded of it. */
  recorded: CatalogueMark | null;
  rank: number;
  leader: LeaderTuple | null;
  leaderCard: PeerCard | null;
  /** The secret of the reign; null until the leader's welcome. */
  secret: Uint8Array | null;
  token: { epoch: number; bytes: Uint8Array } | null;
  successors: readonly Successor[];
  readonly members: Map<PeerId, Member>;
  /** As leader: version of my roster. As member: the version of the leader's that I have. */
  rosterVersion: number;
  joining: Joining | null;
  following: Following | null;
  suspicion: Suspicion | null;
  pending: Pending | null;
  reign: Reign | null;
  suspension: Suspension | null;
  leaving: { atMs: number; left: number } | null;
  readonly seeds: Seeds;
  readonly sightings: Map<PeerId, Sighting>;
  readonly heard: Map<PeerId, Heard>;
  readonly buckets: Map<string, Bucket>;
  peersChanged: boolean;
  peersToldMs: number;
  /** The deadline last asked for: a wake-up much later means that this process stood still. */
  askedMs: number;
}

/** A new election that waits for its `start` input. */
export function createConsensus(config: ElectionConfig): State {
  return {
    config,
    timers: { ...TIMERS, ...config.timers },
    nowMs: 0,
    phase: 'idle',
    epoch: 0,
    seq: 0,
    wallOffsetMs: 0,
    card: null,
    catalogue: null,
    recorded: null,
    rank: 0,
    leader: null,
    leaderCard: null,
    secret: null,
    token: null,
    successors: [],
    members: new Map(),
    rosterVersion: 0,
    joining: null,
    following: null,
    suspicion: null,
    pending: null,
    reign: null,
    suspension: null,
    leaving: null,
    seeds: {
      staticPeers: [],
      remembered: new Map(),
      rememberedChanged: false,
      rememberAtMs: Infinity,
      probeAtMs: Infinity,
      sinceMs: 0,
    },
    sightings: new Map(),
    heard: new Map(),
    buckets: new Map(),
    peersChanged: false,
    peersToldMs: -Infinity,
    askedMs: Infinity,
  };
}
