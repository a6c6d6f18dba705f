/** Under a leader: what its beats mean, and what keeps the evidence fresh. */
import type { Address, BeatMessage, LeaderTuple, PongMessage, WelcomeMessage } from '@iwanto/wire';
import { keepAliveMs, pingSoon } from '../anyone/keep-alive.js';
import { sameBoot } from '../anyone/rank.js';
import { takeSuccessors, takeWelcome } from '../anyone/standbys.js';
import { setSecret } from '../anyone/token.js';
import type { Following, State } from '../state/state.js';
import { move, raiseEpoch, send, type Turn } from '../state/turn.js';
import { anotherLeads, relay } from './another-leader.js';

/** My own leader's welcome again: a new token or a new rank. */
export function welcomedAgain(turn: Turn, message: WelcomeMessage): void {
  const { state } = turn;
  if (state.following === null || message.member !== state.config.boot) return;
  if (!sameBoot(message.leader, state.leader) || message.leader.epoch < state.epoch) return;
  takeLeader(turn, message.leader);
  takeWelcome(turn, state.following, message);
  pingSoon(turn, state.following);
}

/** The same leader, perhaps in a later epoch or a later reign. */
export function takeLeader(turn: Turn, leader: LeaderTuple): void {
  const { state } = turn;
  if (state.leader === null || leader.epoch < state.epoch) return;
  if (leader.reign !== state.leader.reign) {
    setSecret(state, null);
    state.rosterVersion = 0;
    if (state.following !== null) pingSoon(turn, state.following);
  }
  raiseEpoch(turn, leader.epoch);
  state.leader = { ...leader, address: state.leader.address };
}

/** The leader was there at that time: no suspicion stands against it. */
export function evidence(turn: Turn, following: Following, atMs: number): void {
  const { state } = turn;
  following.evidenceMs = Math.max(following.evidenceMs, atMs);
  following.gone = false;
  if (state.phase === 'suspecting' || state.phase === 'claiming') {
    move(turn, 'leader heard');
    state.suspicion = null;
  }
}

export function followerHearsBeat(turn: Turn, message: BeatMessage, from: Address): void {
  const { state } = turn;
  const { following } = state;
  if (following === null) return;
  const leader = { ...message.leader, address: from };
  if (!sameBoot(leader, state.leader)) {
    const isSuccessor = sameBoot(message.previous, state.leader);
    anotherLeads(turn, leader, { by: message, from, isSuccessor, known: 'told' });
    return;
  }
  if (message.epoch < state.epoch || message.seq <= following.lastBeatSeq) return;
  following.lastBeatSeq = message.seq;
  following.members = message.members;
  takeLeader(turn, leader);
  if (message.card !== null) state.leaderCard = message.card;
  takeSuccessors(turn, following, message.successors);
  if (message.heardMs !== null) answerFastBeat(turn, following, message);
}

/**
 * A beat counts as a round trip only when the leader hears us too: lately, or at least our last words
 * (we acknowledge beats, so when some are lost, the leader hears nothing through no fault of its own).
 */
function answerFastBeat(turn: Turn, following: Following, message: BeatMessage): void {
  const { state, nowMs } = turn;
  if (state.leader?.address)
    send(turn, state.leader.address, {
      type: 'ack',
      beat: message.seq,
      rosterVersion: state.rosterVersion,
    });
  const silentMs = Math.max(state.timers.standbyMs, nowMs - following.ackSentMs);
  following.ackSentMs = nowMs;
  if (following.gone || message.heardMs === null || message.heardMs > silentMs) return;
  evidence(turn, following, nowMs);
  for (const address of following.askers.values())
    send(turn, address, { type: 'alive', leader: message.leader, ageMs: 0 });
  following.askers.clear();
}

/** The answer to a PING or PROBE of mine: a round trip. */
export function followerHearsPong(turn: Turn, message: PongMessage): void {
  const { state, nowMs } = turn;
  const { following, suspicion, pending } = state;
  if (following === null || !sameBoot(message.leader, state.leader)) return;
  if (message.epoch < state.epoch) return;
  const answersPing = message.nonce === following.nonce;
  const answersProbe = message.nonce === suspicion?.nonce || message.nonce === pending?.nonce;
  if (!answersPing && !answersProbe) return;
  takeLeader(turn, message.leader);
  evidence(turn, following, nowMs);
  if (pending !== null) {
    state.pending = null;
    relay(turn, pending.leader);
  }
  if (answersPing) pingAnswered(turn, following, message);
  // It knows me, but not by the token I showed: ask for the one of its present reign.
  if (answersPing && message.proof === null) pingSoon(turn, following);
}

function pingAnswered(turn: Turn, following: Following, message: PongMessage): void {
  const { state, nowMs } = turn;
  const sighting = state.sightings.get(message.sender);
  if (sighting !== undefined) sighting.roundTripMs = nowMs - following.pingSentMs;
  following.nonce = null;
  following.unanswered = 0;
  following.pingAtMs = nowMs + keepAliveMs(state, following.members) * spreadOf(state);
}

const spreadOf = (state: State) => 0.8 + 0.4 * state.config.random();
