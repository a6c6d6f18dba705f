/** Self-fence: a process that was suspended trusts nothing it believes until it has asked. */
import type { Address, NotLeaderMessage } from '@iwanto/wire';
import { leaderHeard } from '../anyone/leader-heard.js';
import { sameBoot } from '../anyone/rank.js';
import { becomeCalm, becomeSuspended, becomeVerified, restartWindow } from '../enter.js';
import { type Following, provedMembers, type Reign } from '../state/state.js';
import { freshNonce, log, send, type Turn } from '../state/turn.js';
import { leaderHearsOfLeader } from './faceoff.js';

const ASK_AGAIN_MS = 40;
/** Members asked beside the standbys. */
const ASKED_MAX = 8;

/** Compares the wake-up with the requested one: gaps between messages prove nothing, lateness does (S31). */
export function notePause(turn: Turn): void {
  const { state, nowMs } = turn;
  const lateMs = nowMs - state.askedMs;
  if (!(lateMs > state.timers.leaseMs)) return;
  switch (state.place.at) {
    case 'joining':
      restartWindow(turn, state.place);
      return;
    case 'following':
      memberPaused(turn, state.place);
      return;
    case 'leading':
      suspend(turn, state.place, Math.round(lateMs));
      return;
    default:
      return;
  }
}

/** My clock proves nothing: every time-out begins again (S34). */
function memberPaused(turn: Turn, following: Following): void {
  const { nowMs } = turn;
  becomeCalm(turn, following, 'paused');
  following.pending = null;
  following.evidenceMs = nowMs;
  following.watchFromMs = nowMs;
  following.askers.clear();
  following.unanswered = 0;
  following.pingAtMs = nowMs;
}

/** Silent as leader, and asking: from now on, or from the start again after another pause. */
function suspend(turn: Turn, reign: Reign, lateMs: number): void {
  const { state, nowMs } = turn;
  if (reign.suspension === null)
    log(
      turn,
      'warn',
      `This process was suspended for ${lateMs} ms: it asks its members before it continues to lead.`,
    );
  becomeSuspended(turn, reign, {
    sinceMs: nowMs,
    nonce: freshNonce(state),
    askAtMs: nowMs,
    confirmed: false,
  });
  for (const member of state.members.values()) {
    member.heardMs = nowMs;
    member.ackedMs = nowMs;
  }
  reign.heardMs = nowMs;
  reign.yieldings.clear();
}

/** Asks standbys and members whom they follow, until the time limit. */
export function askOrResume(turn: Turn, reign: Reign): void {
  const { state, nowMs } = turn;
  const { timers, leader } = state;
  const { suspension } = reign;
  if (suspension === null) return;
  const pausedMs = nowMs - suspension.sinceMs;
  const members = provedMembers(state);
  const alone = members.length === 0;
  const enough = suspension.confirmed || alone ? timers.suspendMs : timers.suspendMaxMs;
  if (pausedMs >= enough || leader === null) {
    resume(turn, reign);
    return;
  }
  suspension.askAtMs = Math.min(nowMs + ASK_AGAIN_MS, suspension.sinceMs + enough);
  if (suspension.confirmed) return;
  let asked = 0;
  for (const member of members) {
    const stands = state.standbys.some((each) => each.peer === member.peer);
    if (!stands && asked >= ASKED_MAX) continue;
    asked += 1;
    send(turn, member.address, { type: 'probe', nonce: suspension.nonce, leader });
  }
}

function resume(turn: Turn, reign: Reign): void {
  const { nowMs } = turn;
  becomeVerified(turn, reign);
  reign.fastBeatAtMs = nowMs;
  reign.slowBeatAtMs = nowMs;
  reign.sweepAtMs = nowMs;
}

/** A member answered: it still follows me, or it follows another one. */
export function leaderHearsNotLeader(
  turn: Turn,
  reign: Reign,
  message: NotLeaderMessage,
  from: Address,
): void {
  const { state } = turn;
  const { suspension } = reign;
  if (suspension === null || message.nonce !== suspension.nonce || message.leader === null) return;
  if (sameBoot(message.leader, state.leader)) {
    suspension.confirmed = true;
    return;
  }
  const heard = leaderHeard(state, { ...message, leader: message.leader }, from, 'answered');
  if (heard !== null) leaderHearsOfLeader(turn, reign, heard);
}
