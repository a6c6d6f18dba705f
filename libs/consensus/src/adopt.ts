/** Coming under a leader: all that its welcome tells, and the standbys that it names. */
import type { Address, Successor, WelcomeMessage } from '@iwanto/wire';
import { sameBoot } from './rank.js';
import { remember, restartSeeds } from './seeds.js';
import { peersChanged } from './sight.js';
import type { Following, State } from './state.js';
import { setSecret } from './token.js';
import type { Turn } from './turn.js';

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

/** What a welcome tells beside the leader. */
export function takeWelcome(turn: Turn, following: Following, welcome: WelcomeMessage): void {
  const { state, nowMs } = turn;
  setSecret(state, welcome.token);
  state.rank = welcome.rank;
  state.clusterOffsetMs = welcome.clusterNowMs - nowMs;
  state.leaderCard = welcome.card;
  takeSuccessors(turn, following, welcome.successors);
  turn.leadershipChanged = true;
}

export function takeSuccessors(
  turn: Turn,
  following: Following,
  successors: readonly Successor[],
): void {
  const { state, nowMs } = turn;
  const before = state.successors;
  const same =
    before.length === successors.length &&
    before.every((each, at) => sameBoot(each, successors[at] ?? null));
  const was = standbyIndex(state);
  if (was >= 0 && isDismissed(state, successors) && inDoubt(turn, following)) return;
  state.successors = successors;
  if (!same) turn.leadershipChanged = true;
  if (was < 0 && standbyIndex(state) >= 0) following.watchFromMs = nowMs;
  if (same) return;
  for (const each of successors) if (each.peer !== state.config.peer) remember(turn, each.address);
}

const isDismissed = ({ config }: State, successors: readonly Successor[]) =>
  !successors.some((each) => each.boot === config.boot);

/** A deaf leader dismisses all its standbys: who misses its round trips stands until that is cleared up. */
const inDoubt = ({ state, nowMs }: Turn, following: Following) =>
  nowMs - following.evidenceMs > 1.5 * state.timers.fastBeatMs;

/** My place among the standbys; -1 when I am none. */
export const standbyIndex = (state: State): number =>
  state.successors.findIndex(
    (each) => each.peer === state.config.peer && each.boot === state.config.boot,
  );
