/** Taking office, and the rules a leader keeps: who stands by, who is gone, and whether anybody is heard at all. */
import type { PeerId, Successor } from '@iwanto/wire';
import { TOKEN_BYTES } from '@iwanto/wire';
import { LIMITS } from './config.js';
import { fastBeat } from './beat.js';
import { keepAliveMs } from './keep-alive.js';
import { byAge } from './rank.js';
import { remember, restartSeeds } from './seeds.js';
import { peersChanged } from './sight.js';
import type { Member } from './member.js';
import { type Reign, type State, isCrowd, provedMembers } from './state.js';
import { setSecret } from './token.js';
import { type Turn, log, raiseEpoch } from './turn.js';
import type { LeaderTuple } from '@iwanto/wire';

const SWEEP_MS = 250;
/** After a new epoch all hear of it so soon, not with the next slow beat. */
const RAISED_BEAT_MS = 20;
/** Departures kept for members that have not heard; beyond, the whole list is sent anew. */
const GONE_MAX = 256;

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

/** The oldest members that answer beats; called whenever one of them may have changed. */
export function chooseStandbys(turn: Turn): void {
  const { state, nowMs } = turn;
  const most = isCrowd(state) ? LIMITS.standbysInCrowd : LIMITS.standbys;
  const chosen: Member[] = [];
  for (const member of state.members.values()) {
    if (!member.confirmed || !member.fit) continue;
    const place = chosen.findIndex((each) => byAge(member, each) < 0);
    chosen.splice(place < 0 ? chosen.length : place, 0, member);
    if (chosen.length > most) chosen.pop();
  }
  const before = new Set(state.successors.map((each) => each.boot));
  for (const member of chosen) if (!before.has(member.boot)) member.ackedMs = nowMs;
  if (chosen.length !== before.size || chosen.some((each) => !before.has(each.boot))) {
    turn.leadershipChanged = true;
    // So that all members hear of it, those without multicast too.
    state.ownVersion += 1;
  }
  const stay = new Set(chosen.map((each) => each.boot));
  state.reign?.demoted.push(...state.successors.filter((each) => !stay.has(each.boot)));
  state.successors = chosen.map(asSuccessor);
}

const asSuccessor = ({ peer, boot, rank, address }: Member): Successor => ({
  peer,
  boot,
  rank,
  address,
});

/** A member came or moved: everybody hears of it with the next version of the roster. */
export function memberChanged(turn: Turn, member: Member): void {
  const { state } = turn;
  state.ownVersion += 1;
  member.version = state.ownVersion;
  remember(turn, member.address);
  chooseStandbys(turn);
  peersChanged(turn);
}

export function removeMember(turn: Turn, reign: Reign, peer: PeerId): void {
  const { state } = turn;
  const member = state.members.get(peer);
  if (member === undefined) return;
  state.members.delete(peer);
  peersChanged(turn);
  // Nobody was told of one that proved nothing.
  if (!member.confirmed) return;
  state.ownVersion += 1;
  reign.gone.push({ peer, version: state.ownVersion });
  if (reign.gone.length > GONE_MAX) reign.goneFloor = reign.gone.shift()?.version ?? 0;
  chooseStandbys(turn);
}

/** Evicts members unheard for too long and benches standbys that do not answer. */
export function sweep(turn: Turn, reign: Reign): void {
  const { state, nowMs } = turn;
  reign.sweepAtMs = nowMs + SWEEP_MS;
  const patienceMs = keepAliveMs(state, provedMembers(state).length) * state.timers.evictPeriods;
  for (const member of state.members.values())
    if (nowMs - member.heardMs > patienceMs) removeMember(turn, reign, member.peer);
  noteLost(turn, reign);
}

/**
 * A standby that misses beats for long cannot take over: it makes room for the next. A leader that hears
 * nobody at all cannot tell that from its own deafness, and needs its standbys to act on it: it benches none.
 */
function bench(turn: Turn): void {
  const { state, nowMs } = turn;
  if (state.reign !== null && nowMs - state.reign.heardMs > state.timers.standbyMs) return;
  let changed = false;
  for (const each of state.successors) {
    const member = state.members.get(each.peer);
    if (member === undefined || nowMs - member.ackedMs <= state.timers.benchMs) continue;
    member.fit = false;
    changed = true;
  }
  if (changed) chooseStandbys(turn);
}

/** The next round of fast beats, to those that still answer. */
export function beatStandbys(turn: Turn, reign: Reign): void {
  bench(turn);
  fastBeat(turn, reign);
}

/** A leader that had members and hears none any more gives way to one that has some. */
export function noteLost(turn: Turn, reign: Reign): void {
  const { state, nowMs } = turn;
  const lost = reign.hadMembers && nowMs - reign.heardMs > state.timers.lostMs;
  if (state.leader !== null && state.leader.lost !== lost) state.leader = { ...state.leader, lost };
}

/** A member was heard as such: it acknowledged a beat or asked me as its leader. Other words of it prove nothing. */
export function heardMember(turn: Turn, member: Member): void {
  const { reign } = turn.state;
  member.heardMs = turn.nowMs;
  if (reign === null || !member.confirmed) return;
  reign.heardMs = turn.nowMs;
  reign.hadMembers = true;
  noteLost(turn, reign);
}

/** A higher epoch was seen: go on in it, with a token of its own from the same secret. */
export function leadInEpoch(turn: Turn, epoch: number): void {
  const { state } = turn;
  if (state.leader === null || epoch <= state.epoch) return;
  raiseEpoch(turn, epoch);
  state.leader = { ...state.leader, epoch };
  if (state.reign === null) return;
  state.reign.fastBeatAtMs = turn.nowMs;
  state.reign.slowBeatAtMs = Math.min(state.reign.slowBeatAtMs, turn.nowMs + RAISED_BEAT_MS);
}

/** The time of the cluster: what members are ranked by. */
export const clusterNowMs = (state: State, nowMs: number): number =>
  Math.round(nowMs + state.clusterOffsetMs);

/** The rank of a member admitted now: never older than its leader. */
export const stampedRank = (state: State, nowMs: number): number =>
  Math.max(clusterNowMs(state, nowMs), state.rank + 1);
