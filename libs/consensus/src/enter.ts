/** Entering a phase: all that begins with it, and all that ends. */
import { type Address, type LeaderTuple, TOKEN_BYTES, type WelcomeMessage } from '@iwanto/wire';
import { waitFor } from './anyone/leader-sought.js';
import { stampedRank } from './anyone/rank.js';
import { remember, restartSeeds, tellRemembered } from './anyone/seeds.js';
import { peersChanged } from './anyone/sight.js';
import { chooseStandbys, takeWelcome } from './anyone/standbys.js';
import { setSecret } from './anyone/token.js';
import type { Member } from './state/member.js';
import type { Joining, KnownLeader, State } from './state/state.js';
import { log, move, raiseEpoch, type Turn } from './state/turn.js';

/** Becomes a member of the leader that welcomed me; the move along the table is the caller's. */
export function adopt(turn: Turn, welcome: WelcomeMessage, from: Address): void {
  const { state, nowMs } = turn;
  const leader = { ...welcome.leader, address: from };
  state.joining = null;
  state.suspicion = null;
  state.pending = null;
  state.reign = null;
  state.suspension = null;
  state.epoch = leader.epoch;
  state.leader = leader;
  state.rosterVersion = 0;
  for (const member of state.members.values())
    if (member.confirmed) member.stale = true;
    else state.members.delete(member.peer);
  state.members.delete(leader.peer);
  state.following = {
    evidenceMs: nowMs,
    watchFromMs: nowMs,
    jitterMs: state.config.random() * state.timers.standbyJitterMs,
    ackSentMs: nowMs,
    lastBeatSeq: 0,
    members: 0,
    pingAtMs: nowMs,
    unanswered: 0,
    askingSinceMs: nowMs,
    nonce: null,
    pingSentMs: nowMs,
    gone: false,
    askers: new Map(),
  };
  takeWelcome(turn, state.following, welcome);
  remember(turn, from);
  restartSeeds(turn);
  peersChanged(turn);
}

/** This long all leaders together keep a joiner from founding: time enough to admit more than a thousand. */
const PATIENCE_IN_ALL_MS = 60_000;

/** Begins to join: at the start, and whenever the place in a cluster is lost. */
export function beginJoining(turn: Turn, target: KnownLeader | null = null): void {
  const { state, nowMs } = turn;
  state.rank = Math.round(state.wallOffsetMs + nowMs);
  state.leader = null;
  state.leaderCard = null;
  state.successors = [];
  state.members.clear();
  state.rosterVersion = 0;
  setSecret(state, null);
  state.following = null;
  state.suspicion = null;
  state.pending = null;
  state.reign = null;
  state.suspension = null;
  state.joining = {
    helloCount: 0,
    helloAtMs: nowMs,
    decideAtMs: decisionMs(turn),
    joiners: new Map(),
    patienceMs: nowMs + PATIENCE_IN_ALL_MS,
    target: null,
    refused: null,
  };
  restartSeeds(turn);
  if (target !== null)
    waitFor(turn, state.joining, target, {
      rosterVersion: 0,
      isIntroduced: true,
      isHearsay: false,
    });
}

function decisionMs({ state, nowMs }: Turn): number {
  return nowMs + state.timers.joinMs + state.config.random() * state.timers.joinJitterMs;
}

/** After a pause nothing heard or unheard counts: listen for a whole window again. */
export function restartWindow(turn: Turn, joining: Joining): void {
  joining.decideAtMs = decisionMs(turn);
  joining.patienceMs = turn.nowMs + PATIENCE_IN_ALL_MS;
  joining.helloCount = 0;
  joining.helloAtMs = turn.nowMs;
  joining.joiners.clear();
  joining.target = null;
}

export const SWEEP_MS = 250;

/** Leads from now on: after founding, or as the heir of `old`. The move along the table is the caller's. */
export function takeOffice(turn: Turn, epoch: number, old: LeaderTuple | null): void {
  const { state, nowMs } = turn;
  const { peer, boot } = state.config;
  const versionFloor = state.ownVersion;
  raiseEpoch(turn, epoch);
  setSecret(state, state.config.randomBytes(TOKEN_BYTES));
  state.members.delete(peer);
  for (const member of state.members.values()) inherit(state, member, nowMs);
  state.leader = { peer, boot, epoch, reign: epoch, rank: state.rank, address: null, lost: false };
  state.leaderCard = state.card;
  state.reign = {
    sinceMs: nowMs,
    previous: old === null ? null : { peer: old.peer, boot: old.boot, address: old.address },
    versionFloor,
    fastBeatAtMs: nowMs + state.timers.fastBeatMs,
    slowBeatAtMs: nowMs + state.timers.slowBeatMs,
    announced: 0,
    announceAtMs: nowMs,
    sweepAtMs: nowMs + SWEEP_MS,
    heardMs: nowMs,
    hadMembers: state.members.size > 0,
    gone: [],
    goneFloor: versionFloor,
    demoted: [],
    beatSeq: 0,
    beatMs: nowMs,
    yieldings: new Map(),
  };
  chooseStandbys(turn);
  restartSeeds(turn);
  peersChanged(turn);
  log(turn, 'info', `Leading in epoch ${epoch} with ${state.members.size} members.`);
}

/** A member older than its new leader was no fit standby: it is ranked anew, as if admitted now. */
function inherit(state: State, member: Member, nowMs: number): void {
  if (member.rank <= state.rank) member.rank = stampedRank(state, nowMs);
  state.ownVersion += 1;
  member.version = state.ownVersion;
  member.confirmed = true;
  member.stale = false;
  member.fit = true;
  member.heardMs = nowMs;
  member.ackedMs = nowMs;
}

export function finish(turn: Turn): void {
  const { state } = turn;
  move(turn, 'goodbyes said');
  state.leaving = null;
  state.reign = null;
  state.following = null;
  state.joining = null;
  state.suspicion = null;
  state.pending = null;
  state.suspension = null;
  state.leader = null;
  if (state.seeds.rememberAtMs < Infinity) tellRemembered(turn);
  turn.outputs.push({ type: 'left' });
}
