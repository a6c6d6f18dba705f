/** Under a leader: what its beats mean, and what keeps the evidence fresh. */
import type {
  Address,
  BeatMessage,
  HelloMessage,
  LeaderTuple,
  PeerCard,
  PongMessage,
  WelcomeMessage,
} from '@iwanto/wire';
import { helloBody } from '../anyone/hello.js';
import { keepAliveMs, pingForRoster, pingSoon } from '../anyone/keep-alive.js';
import { sameBoot } from '../anyone/rank.js';
import { allowAnswer } from '../anyone/rates.js';
import { sameCard } from '../anyone/sight.js';
import { takeStandbys, takeWelcome } from '../anyone/standbys.js';
import { setSecret } from '../anyone/token.js';
import { becomeCalm } from '../enter.js';
import { LIMITS } from '../state/config.js';
import { isStandby } from '../state/place.js';
import type { Following, State } from '../state/state.js';
import { raiseEpoch, send, type Turn } from '../state/turn.js';
import { relay } from './another-leader.js';
import { successorWelcomes } from './pending.js';
import { startSuspicion } from './suspect.js';

/** A standby, and any member asked directly, names its leader to a joiner (S11). */
export function memberHearsHello(
  turn: Turn,
  following: Following,
  message: HelloMessage,
  from: Address,
): void {
  const { state, isMulticast } = turn;
  const { leader } = state;
  if (leader === null || !message.joining) return;
  if (message.sender === leader.peer && message.boot !== leader.boot) {
    startSuspicion(turn, following);
    return;
  }
  if (following.suspicion !== null || following.gone) return;
  if (isMulticast && !isStandby(state)) return;
  if (allowAnswer(turn, from, 'hint', LIMITS.hintsPerSecond))
    send(turn, from, { type: 'hint', leader });
}

/** My own leader's welcome again, with a new secret or a new rank; or that of its successor. */
export function memberHearsWelcome(
  turn: Turn,
  following: Following,
  message: WelcomeMessage,
  from: Address,
): void {
  const { state } = turn;
  if (!sameBoot(message.leader, state.leader)) {
    successorWelcomes(turn, following, message, from);
    return;
  }
  if (message.member !== state.config.boot || message.leader.epoch < state.epoch) return;
  takeLeader(turn, following, message.leader);
  takeWelcome(turn, following, message);
  pingSoon(turn, following);
}

/** The same leader, perhaps in a later epoch or a later reign. */
function takeLeader(turn: Turn, following: Following, leader: LeaderTuple): void {
  const { state } = turn;
  if (state.leader === null || leader.epoch < state.epoch) return;
  if (leader.reign !== state.leader.reign) {
    setSecret(state, null);
    state.rosterVersion = 0;
    pingSoon(turn, following);
  }
  raiseEpoch(turn, leader.epoch);
  state.leader = { ...leader, address: state.leader.address };
}

/** The leader was alive at that time: any suspicion is dropped. */
export function evidence(turn: Turn, following: Following, atMs: number): void {
  following.evidenceMs = Math.max(following.evidenceMs, atMs);
  following.gone = false;
  becomeCalm(turn, following, 'leader heard');
}

/** Published even if the peer's own view had this card before: an earlier beat of the leader may have been ignored. */
function takeLeaderCard(turn: Turn, card: PeerCard): void {
  const { state } = turn;
  if (!sameCard(state.leaderCard, card)) turn.leadershipChanged = true;
  state.leaderCard = card;
}

/** A beat of my own leader. */
export function memberHearsBeat(turn: Turn, following: Following, message: BeatMessage): void {
  const { state } = turn;
  if (message.epoch < state.epoch || message.seq <= following.lastBeatSeq) return;
  following.lastBeatSeq = message.seq;
  following.members = message.members;
  takeLeader(turn, following, message.leader);
  if (message.card !== null) takeLeaderCard(turn, message.card);
  takeStandbys(turn, following, message.standbys);
  if (message.heardMs !== null) answerFastBeat(turn, following, message);
}

/**
 * A beat counts as a round trip (S14) only when the leader hears us too (S15): lately, or at least our last words
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
export function memberHearsPong(turn: Turn, following: Following, message: PongMessage): void {
  const { state, nowMs } = turn;
  const { suspicion, pending } = following;
  if (!sameBoot(message.leader, state.leader)) return;
  if (message.epoch < state.epoch) return;
  const answersPing = message.nonce === following.nonce;
  const answersProbe = message.nonce === suspicion?.nonce || message.nonce === pending?.nonce;
  if (!answersPing && !answersProbe) return;
  takeLeader(turn, following, message.leader);
  evidence(turn, following, nowMs);
  if (pending !== null) {
    following.pending = null;
    relay(turn, pending.leader);
  }
  if (answersPing) pingAnswered(turn, following, message);
  if (answersPing && message.proof !== null) sayNewCard(turn);
  // It knows me, but I showed another token: ask for the one of its present reign.
  if (answersPing && message.proof === null) pingSoon(turn, following);
}

/** The leader knows by now that this host was admitted: from here on it accepts a new card. */
function sayNewCard(turn: Turn): void {
  const { state } = turn;
  const body = state.isCardNews ? helloBody(state, false) : null;
  state.isCardNews = false;
  if (body !== null && state.leader?.address) send(turn, state.leader.address, body);
}

function pingAnswered(turn: Turn, following: Following, message: PongMessage): void {
  const { state, nowMs } = turn;
  const sighting = state.sightings.get(message.sender);
  if (sighting !== undefined) sighting.roundTripMs = nowMs - following.pingSentMs;
  following.nonce = null;
  following.unanswered = 0;
  following.pingAtMs = nowMs + keepAliveMs(state, following.members) * spreadOf(state);
  if (following.isRosterPartial) pingForRoster(turn, following);
}

const spreadOf = (state: State) => 0.8 + 0.4 * state.config.random();
