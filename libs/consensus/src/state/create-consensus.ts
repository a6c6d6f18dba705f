/** The initial state: an election that knows nothing yet. */
import { type ElectionConfig, TIMERS } from './config.js';
import type { State } from './state.js';

const INTRODUCTION_KEY_BYTES = 16;

/** A new election that waits for its `start` input. */
export function createConsensus(config: ElectionConfig): State {
  return {
    config,
    timers: { ...TIMERS, ...config.timers },
    place: { at: 'idle' },
    epoch: 0,
    seq: 0,
    startedMs: 0,
    wallOffsetMs: 0,
    clusterOffsetMs: 0,
    card: null,
    isCardNews: false,
    introductionKey: config.randomBytes(INTRODUCTION_KEY_BYTES),
    catalogue: null,
    rank: 0,
    leader: null,
    leaderCard: null,
    secret: null,
    token: null,
    standbys: [],
    members: new Map(),
    ownVersion: 0,
    rosterVersion: 0,
    twin: null,
    seeds: {
      staticPeers: [],
      remembered: new Map(),
      rememberAtMs: Infinity,
      probeAtMs: Infinity,
      rounds: 0,
      sinceMs: 0,
    },
    sightings: new Map(),
    heard: new Map(),
    budgets: new Map(),
    buckets: new Map(),
    tellPeersAtMs: Infinity,
    askedMs: Infinity,
  };
}
