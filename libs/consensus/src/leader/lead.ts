/** The rules a leader keeps: who is standby, who is gone, and whether anybody is heard at all. */
import { fastBeat } from '../anyone/beat.js';
import { keepAliveMs } from '../anyone/keep-alive.js';
import { removeMember } from '../anyone/roster-told.js';
import { chooseStandbys } from '../anyone/standbys.js';
import { SWEEP_MS } from '../state/config.js';
import type { Member } from '../state/member.js';
import { reignOf } from '../state/place.js';
import { provedMembers, type Reign } from '../state/state.js';
import { raiseEpoch, type Turn } from '../state/turn.js';

/** A new epoch is announced to all this soon, not with the next slow beat. */
const RAISED_BEAT_MS = 20;

/** Evicts members unheard for too long (S16) and benches standbys that do not answer. */
export function sweep(turn: Turn, reign: Reign): void {
  const { state, nowMs } = turn;
  reign.sweepAtMs = nowMs + SWEEP_MS;
  const patienceMs = keepAliveMs(state, provedMembers(state).length) * state.timers.evictPeriods;
  for (const member of state.members.values())
    if (nowMs - member.heardMs > patienceMs) removeMember(turn, reign, member.peer);
  noteLost(turn, reign);
}

/**
 * A standby that misses beats for long cannot take over (S16): it is replaced by the next. A leader that hears
 * nobody at all cannot tell that from its own deafness, and needs its standbys to act on it: it benches none.
 */
function bench(turn: Turn, reign: Reign): void {
  const { state, nowMs } = turn;
  if (nowMs - reign.heardMs > state.timers.standbyMs) return;
  let changed = false;
  for (const each of state.standbys) {
    const member = state.members.get(each.peer);
    if (member === undefined || nowMs - member.ackedMs <= state.timers.benchMs) continue;
    member.fit = false;
    changed = true;
  }
  if (changed) chooseStandbys(turn);
}

/** The next round of fast beats, to those that still answer. */
export function beatStandbys(turn: Turn, reign: Reign): void {
  bench(turn, reign);
  fastBeat(turn, reign);
}

/** A leader that had members and hears none any more (S36) gives way to one that has some. */
export function noteLost(turn: Turn, reign: Reign): void {
  const { state, nowMs } = turn;
  const lost = reign.hadMembers && nowMs - reign.heardMs > state.timers.lostMs;
  if (state.leader !== null && state.leader.lost !== lost) state.leader = { ...state.leader, lost };
}

/** A member was heard as such: it acknowledged a beat or asked me as its leader. Its other messages prove nothing. */
export function heardMember(turn: Turn, member: Member): void {
  const reign = reignOf(turn.state);
  member.heardMs = turn.nowMs;
  if (reign === null || !member.confirmed) return;
  reign.heardMs = turn.nowMs;
  reign.hadMembers = true;
  noteLost(turn, reign);
}

/** A higher epoch was seen: continue in it, with a token derived from the same secret. */
export function leadInEpoch(turn: Turn, epoch: number): void {
  const { state } = turn;
  if (state.leader === null || epoch <= state.epoch) return;
  raiseEpoch(turn, epoch);
  state.leader = { ...state.leader, epoch };
  const reign = reignOf(state);
  if (reign === null) return;
  reign.fastBeatAtMs = turn.nowMs;
  reign.slowBeatAtMs = Math.min(reign.slowBeatAtMs, turn.nowMs + RAISED_BEAT_MS);
}
