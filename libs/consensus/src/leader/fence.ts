/** Self-fence: a process that stood still trusts nothing it believes until it has asked. */
import type { Address, NotLeaderMessage } from '@iwanto/wire';
import { sameBoot } from '../anyone/rank.js';
import { restartWindow } from '../enter.js';
import { provedMembers, type Suspension } from '../state/state.js';
import { freshNonce, log, move, send, type Turn } from '../state/turn.js';
import { leaderMet } from './faceoff.js';

const ASK_AGAIN_MS = 40;
/** Members asked beside the standbys. */
const ASKED_MAX = 8;

/** Compares the wake-up with the one asked for: message gaps say nothing, lateness does. */
export function notePause(turn: Turn): void {
  const { state, nowMs } = turn;
  const lateMs = nowMs - state.askedMs;
  if (!(lateMs > state.timers.leaseMs)) return;
  if (state.phase === 'leading') suspend(turn, Math.round(lateMs));
  else if (state.suspension !== null) suspendAgain(turn);
  else if (state.joining !== null) restartWindow(turn, state.joining);
  else followerPaused(turn);
}

/** My clock proves nothing: every time-out begins anew. */
function followerPaused(turn: Turn): void {
  const { state, nowMs } = turn;
  const { following } = state;
  if (following === null) return;
  if (state.phase === 'suspecting' || state.phase === 'claiming') move(turn, 'paused');
  state.suspicion = null;
  state.pending = null;
  following.evidenceMs = nowMs;
  following.watchFromMs = nowMs;
  following.askers.clear();
  following.unanswered = 0;
  following.pingAtMs = nowMs;
}

function suspend(turn: Turn, lateMs: number): void {
  move(turn, 'paused');
  log(turn, 'warn', `This process stood still for ${lateMs} ms: it asks before it leads on.`);
  suspendAgain(turn);
}

function suspendAgain(turn: Turn): void {
  const { state, nowMs } = turn;
  state.suspension = { sinceMs: nowMs, nonce: freshNonce(state), askAtMs: nowMs, confirmed: false };
  for (const member of state.members.values()) {
    member.heardMs = nowMs;
    member.ackedMs = nowMs;
  }
  if (state.reign === null) return;
  state.reign.heardMs = nowMs;
  state.reign.yieldings.clear();
}

/** Asks standbys and members whom they follow, until the time is over. */
export function askOrResume(turn: Turn, suspension: Suspension): void {
  const { state, nowMs } = turn;
  const { timers, leader } = state;
  const pausedMs = nowMs - suspension.sinceMs;
  const members = provedMembers(state);
  const alone = members.length === 0;
  const enough = suspension.confirmed || alone ? timers.suspendMs : timers.suspendMaxMs;
  if (pausedMs >= enough || leader === null) {
    resume(turn);
    return;
  }
  suspension.askAtMs = Math.min(nowMs + ASK_AGAIN_MS, suspension.sinceMs + enough);
  if (suspension.confirmed) return;
  let asked = 0;
  for (const member of members) {
    const stands = state.successors.some((each) => each.peer === member.peer);
    if (!stands && asked >= ASKED_MAX) continue;
    asked += 1;
    send(turn, member.address, { type: 'probe', nonce: suspension.nonce, leader });
  }
}

function resume(turn: Turn): void {
  const { state, nowMs } = turn;
  move(turn, 'verified');
  state.suspension = null;
  if (state.reign === null) return;
  state.reign.fastBeatAtMs = nowMs;
  state.reign.slowBeatAtMs = nowMs;
  state.reign.sweepAtMs = nowMs;
}

/** A member answered: it still follows me, or it follows another one. */
export function suspensionAnswered(turn: Turn, message: NotLeaderMessage, from: Address): void {
  const { suspension, leader } = turn.state;
  if (suspension === null || message.nonce !== suspension.nonce) return;
  if (sameBoot(message.leader, leader)) suspension.confirmed = true;
  else if (message.leader !== null)
    leaderMet(turn, { ...message, leader: message.leader }, from, true);
}
