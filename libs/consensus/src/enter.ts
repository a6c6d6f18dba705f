/**
 * Entering a phase: this file alone moves along the table of transitions.ts and writes `state.place`. Each
 * `become…` makes the whole record of the new place, so nothing of the one before is ever left over and no
 * caller has anything to clear.
 */
import { type Address, type LeaderTuple, SECRET_BYTES, type WelcomeMessage } from '@iwanto/wire';
import { waitFor } from './anyone/leader-sought.js';
import { stampedRank } from './anyone/rank.js';
import { allow } from './anyone/rates.js';
import { remember, restartSeeds } from './anyone/seeds.js';
import { peersChanged } from './anyone/sight.js';
import { chooseStandbys, takeWelcome } from './anyone/standbys.js';
import { setSecret } from './anyone/token.js';
import { SWEEP_MS } from './state/config.js';
import type { Member } from './state/member.js';
import { phaseOf } from './state/place.js';
import {
  type Following,
  type Joining,
  type KnownLeader,
  type Leaving,
  provedMembers,
  type Reign,
  type State,
  type Suspension,
  type Suspicion,
} from './state/state.js';
import { type Cause, nextPhase, type Phase } from './state/transitions.js';
import { log, raiseEpoch, type Turn } from './state/turn.js';

/** How long all leaders together can keep a joiner from founding: enough to admit more than a thousand (S7). */
const PATIENCE_IN_ALL_MS = 60_000;
/** Log lines about changes of phase per second: a network that loses every other beat must not fill the log. */
const LINES_PER_SECOND = 5;

/**
 * Makes one move of the table.
 * @throws Error when the table has no such move, or another phase came of it: a mistake in this program, never
 * in its input.
 */
function enter(turn: Turn, cause: Cause, write: () => void): void {
  const { state } = turn;
  const from = phaseOf(state);
  const to = nextPhase(from, cause);
  if (to === undefined) throw new Error(`no move from ${from} on "${cause}"`);
  write();
  if (phaseOf(state) !== to)
    throw new Error(`"${cause}" led from ${from} to ${phaseOf(state)} instead of ${to}`);
  turn.leadershipChanged = true;
  if (allow(turn, 'line', LINES_PER_SECOND))
    log(turn, 'info', `${from} -> ${to} (${cause})${standing(state, to)}`);
}

/** For the log: whom a process follows or leads, in which epoch. */
function standing(state: State, phase: Phase): string {
  const { leader, leaderCard, epoch } = state;
  const members = provedMembers(state).length;
  if (phase === 'leading' || phase === 'suspended')
    return `: leads ${members} members in epoch ${epoch}`;
  if (leader === null) return `: no leader, epoch ${epoch}`;
  const name = leaderCard === null ? '' : ` ${JSON.stringify(leaderCard.name)}`;
  const at =
    leader.address === null ? '' : ` at ${leader.address.address} port ${leader.address.port}`;
  return `: leader ${leader.peer}${name}${at}, epoch ${epoch}, ${members} other members known`;
}

/** Looks for a cluster: at the start, and whenever the place in one is lost (S18, S33); `target` answered already. */
export function becomeJoiner(
  turn: Turn,
  cause: 'start' | 'cut off' | 'superseded',
  target: KnownLeader | null = null,
): void {
  const { state, nowMs } = turn;
  const joining: Joining = {
    at: 'joining',
    helloCount: 0,
    helloAtMs: nowMs,
    decideAtMs: decisionMs(turn),
    joiners: new Map(),
    patienceMs: nowMs + PATIENCE_IN_ALL_MS,
    target: null,
    refused: null,
  };
  enter(turn, cause, () => {
    state.place = joining;
    state.rank = Math.round(state.wallOffsetMs + nowMs);
    state.leader = null;
    state.leaderCard = null;
    state.standbys = [];
    state.members.clear();
    state.rosterVersion = 0;
    setSecret(state, null);
    restartSeeds(turn);
    if (target !== null)
      waitFor(turn, joining, target, { rosterVersion: 0, isIntroduced: true, isHearsay: false });
  });
}

function decisionMs({ state, nowMs }: Turn): number {
  return nowMs + state.timers.joinMs + state.config.random() * state.timers.joinJitterMs;
}

/** After a pause nothing heard or unheard counts: listens for a whole window again (S34). */
export function restartWindow(turn: Turn, joining: Joining): void {
  joining.decideAtMs = decisionMs(turn);
  joining.patienceMs = turn.nowMs + PATIENCE_IN_ALL_MS;
  joining.helloCount = 0;
  joining.helloAtMs = turn.nowMs;
  joining.joiners.clear();
  joining.target = null;
}

/** Becomes a member of the leader that sent this welcome. */
export function becomeMember(
  turn: Turn,
  cause: 'welcomed' | 'successor welcomed' | 'older leader welcomed',
  welcome: WelcomeMessage,
  from: Address,
): void {
  const { state, nowMs } = turn;
  const leader = { ...welcome.leader, address: from };
  const following: Following = {
    at: 'following',
    suspicion: null,
    pending: null,
    evidenceMs: nowMs,
    watchFromMs: nowMs,
    jitterMs: state.config.random() * state.timers.standbyJitterMs,
    ackSentMs: nowMs,
    lastBeatSeq: 0,
    members: 0,
    pingAtMs: nowMs,
    unanswered: 0,
    isRosterPartial: false,
    askingSinceMs: nowMs,
    nonce: null,
    pingSentMs: nowMs,
    gone: false,
    askers: new Map(),
  };
  enter(turn, cause, () => {
    state.place = following;
    state.epoch = leader.epoch;
    state.leader = leader;
    state.rosterVersion = 0;
    for (const member of state.members.values())
      if (member.confirmed) member.stale = true;
      else state.members.delete(member.peer);
    state.members.delete(leader.peer);
    takeWelcome(turn, following, welcome);
    remember(turn, from);
    restartSeeds(turn);
    peersChanged(turn);
  });
}

/** Suspects the leader, or begins the same suspicion again with new questions (S19). */
export function becomeSuspicious(turn: Turn, following: Following, suspicion: Suspicion): void {
  if (following.suspicion !== null) following.suspicion = suspicion;
  else enter(turn, 'leader silent', () => (following.suspicion = suspicion));
}

/** Silence is proved: this standby now claims (S22). */
export function becomeClaimant(turn: Turn, suspicion: Suspicion): void {
  enter(turn, 'silence proved', () => (suspicion.isClaim = true));
}

/** Suspicion and claim are over, and the leader is followed as before (S23); nothing happens if there were none. */
export function becomeCalm(
  turn: Turn,
  following: Following,
  cause: 'leader heard' | 'objection' | 'paused',
): void {
  if (following.suspicion !== null) enter(turn, cause, () => (following.suspicion = null));
}

/** Leads from now on: after founding (S8), or as the heir of `old` (S24). */
export function becomeLeader(
  turn: Turn,
  cause: 'oldest joiner' | 'no objection',
  epoch: number,
  old: LeaderTuple | null,
): void {
  const { state, nowMs } = turn;
  enter(turn, cause, () => {
    const { peer, boot } = state.config;
    const versionFloor = state.ownVersion;
    raiseEpoch(turn, epoch);
    setSecret(state, state.config.randomBytes(SECRET_BYTES));
    state.members.delete(peer);
    for (const member of state.members.values()) inherit(state, member, nowMs);
    const { rank, card } = state;
    state.leader = { peer, boot, epoch, reign: epoch, rank, address: null, lost: false };
    state.leaderCard = card;
    state.place = newReign(turn, versionFloor, old);
    chooseStandbys(turn);
    restartSeeds(turn);
    peersChanged(turn);
  });
}

function newReign({ state, nowMs }: Turn, versionFloor: number, old: LeaderTuple | null): Reign {
  return {
    at: 'leading',
    suspension: null,
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
}

/** A member older than its new leader was no fit standby: it is ranked again, as if admitted now. */
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

/** A leader that was paused keeps silent and asks, or begins to ask again (S32). */
export function becomeSuspended(turn: Turn, reign: Reign, suspension: Suspension): void {
  if (reign.suspension !== null) reign.suspension = suspension;
  else enter(turn, 'paused', () => (reign.suspension = suspension));
}

/** It continues to lead (S32). */
export function becomeVerified(turn: Turn, reign: Reign): void {
  enter(turn, 'verified', () => (reign.suspension = null));
}

/** Says goodbye from now on, and does nothing else (S41). */
export function becomeLeaving(turn: Turn, was: Leaving['was']): void {
  const { state, nowMs } = turn;
  enter(turn, 'leave', () => (state.place = { at: 'leaving', was, atMs: nowMs, said: 0 }));
}

/** The end: all goodbyes are said (S41), or another process has this identity (S49). */
export function becomeLeft(turn: Turn, cause: 'goodbyes said' | 'twin'): void {
  const { state } = turn;
  enter(turn, cause, () => {
    state.place = { at: 'left' };
    state.leader = null;
  });
}
