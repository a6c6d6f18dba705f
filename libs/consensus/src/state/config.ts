/** What one election is given at its start: identity, randomness and hash, timers and limits. */
import type { BootId, PeerId } from '@iwanto/wire';

/** All in milliseconds; docs/consensus.md gives the reason for each under "Timers". */
export interface Timers {
  /** Between two beats of the leader to each standby. */
  readonly fastBeatMs: number;
  /** Between two multicast beats of the leader, +-10 %. */
  readonly slowBeatMs: number;
  /** Bounds of the members' keep-alive period, +-20 %: one hundredth of a second for each member. */
  readonly keepAliveMinMs: number;
  readonly keepAliveMaxMs: number;
  /** A PING unanswered for this long is asked again. */
  readonly pingRetryMs: number;
  /** Silence after which a standby suspects its leader, and the jitter on it. */
  readonly standbyMs: number;
  readonly standbyJitterMs: number;
  /** A standby's evidence overrides another's only when this much younger. */
  readonly youngerMs: number;
  /** From suspicion to claim for the first standby, and the stagger of each further one. */
  readonly probeMs: number;
  readonly staggerMs: number;
  /** How long a claim waits for objections. */
  readonly claimMs: number;
  /** How long a member waits for its old leader before it follows a successor. */
  readonly pendingMs: number;
  /** The join window, its jitter, and the wait of joiners that are not the oldest. */
  readonly joinMs: number;
  readonly joinJitterMs: number;
  readonly waitMs: number;
  /** A wake-up later than this means: I was paused. */
  readonly leaseMs: number;
  /** How long a leader that was paused keeps silent and asks, at least and at most. */
  readonly suspendMs: number;
  readonly suspendMaxMs: number;
  /** A leader that heard no member for this long has lost its lease. */
  readonly lostMs: number;
  /** A member that has had no proof of its leader for this long joins again. */
  readonly followMs: number;
  /** A standby that acknowledges nothing for this long is none any more. */
  readonly benchMs: number;
  /** A member is evicted after this many keep-alive periods without a word. */
  readonly evictPeriods: number;
  /** Between two rounds to static and remembered addresses, +-20 %; the later period after a while without success. */
  readonly seedMs: number;
  readonly seedLaterMs: number;
  readonly seedLaterAfterMs: number;
  /** A new leader names the one before for this long. */
  readonly previousMs: number;
}

export const TIMERS: Timers = {
  fastBeatMs: 100,
  slowBeatMs: 1_000,
  keepAliveMinMs: 1_000,
  keepAliveMaxMs: 5_000,
  pingRetryMs: 250,
  standbyMs: 300,
  standbyJitterMs: 20,
  youngerMs: 50,
  probeMs: 60,
  staggerMs: 75,
  claimMs: 30,
  pendingMs: 40,
  joinMs: 400,
  joinJitterMs: 100,
  waitMs: 250,
  leaseMs: 250,
  suspendMs: 120,
  suspendMaxMs: 1_000,
  lostMs: 1_000,
  followMs: 3_300,
  benchMs: 500,
  evictPeriods: 3.5,
  seedMs: 2_500,
  seedLaterMs: 30_000,
  seedLaterAfterMs: 600_000,
  previousMs: 5_000,
};

/** How often a leader checks for departed members. */
export const SWEEP_MS = 250;

/** Bounds of state and of rates (S46, S47), so that no stranger can fill memory or use us to send traffic. */
export const LIMITS = {
  rosterMax: 4_096,
  joinersMax: 256,
  /** Entries of every table that strangers can fill. */
  strangersMax: 4_096,
  /** Replay windows: at 1,000 strangers per second a member's window outlasts two of its keep-alives. */
  windowsMax: 8_192,
  /** Leaders to which one gives way at a time. */
  yieldingsMax: 3,
  /** Ordinary members that, chosen at random, act on a stranger's multicast; standbys always do. */
  volunteers: 8,
  rememberedMax: 64,
  staticMax: 64,
  /** Standbys a leader keeps warm. */
  standbys: 5,
  /** Fewer in a crowd, where hardly any part of the network is without one. */
  standbysInCrowd: 3,
  /** Epochs up to this one are possible even for a host whose clock is in 1970. */
  epochAlways: 1_000_000,
  /** How often others may raise the epoch of a leader. */
  raisesPerSecond: 20,
  welcomesPerSecond: 20,
  hintsPerSecond: 20,
  /** Questions to leaders that nobody here knows. */
  introductionsPerSecond: 20,
  /** Knocks at hosts outside its own subnets, and cookies for those that knock here: each is one signature. */
  knocksPerSecond: 100,
  cookiesPerSecond: 50,
  /** Requests to open a connection, in total and per peer. Each is one connection, or one datagram of the leader. */
  dialsPerSecond: 50,
  dialsOfOnePerSecond: 10,
  /** Requests to relay a connection, in total and per peer: each is two datagrams of the relay, or of the leader. */
  bridgesPerSecond: 100,
  bridgesOfOnePerSecond: 20,
  /** Reports of other leaders to my own. */
  relaysPerSecond: 20,
  /** Parts of the roster to the other members of a crowd: the leader of 1,000 may send 64 kB per second. */
  rosterPartsPerSecond: 12,
  /** Members beyond which a cluster is a crowd. */
  crowd: 100,
  /** NOTM and NOTL to strangers. */
  refusalsPerSecond: 100,
  /** PONGs to strangers. */
  pongsPerSecond: 500,
  /** Answers to one address that proved nothing. */
  answersPerAddressPerSecond: 5,
} as const;

/** What an election needs from outside; all of it deterministic in a simulation. */
export interface ElectionConfig {
  readonly peer: PeerId;
  readonly boot: BootId;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** A keyed hash, at least 16 bytes (HMAC-SHA-256 in production). */
  readonly hmac: (key: Uint8Array, bytes: Uint8Array) => Uint8Array;
  /** TIMERS when left out. */
  readonly timers?: Partial<Timers>;
}
