/** Joining: say HELLO, wait for a leader's welcome, and found a cluster when nobody older is there. */
import type { Address, HelloMessage, WelcomeMessage } from '@iwanto/wire';
import { adopt } from './adopt.js';
import { slowBeatBody } from './beat.js';
import { LIMITS } from './config.js';
import { isFollowed } from './epoch.js';
import { HELLO_LATER_MS, helloBody } from './hello.js';
import { takeOffice } from './lead.js';
import { isOlder } from './rank.js';
import { allowAnswer } from './rates.js';
import { gapAfterMs } from './schedule.js';
import { restartSeeds, seedTargets } from './seeds.js';
import type { Joining, KnownLeader } from './state.js';
import { waitFor } from './target.js';
import { setSecret } from './token.js';
import { type Turn, move, multicast, send, spread } from './turn.js';

/** Since the start of joining; from then on every `HELLO_LATER_MS`. */
const HELLO_AT_MS = [0, 50, 150, 350, 700, 1_200];
/** A joiner unheard for this long is silent: two HELLOs of the later pace would have come. */
const SILENT_MS = 700;
const REFUSED_MS = 5_000;
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

export function sayHello(turn: Turn, joining: Joining): void {
  const { state, nowMs } = turn;
  const pauseMs = gapAfterMs(HELLO_AT_MS, joining.helloCount) ?? HELLO_LATER_MS;
  joining.helloCount += 1;
  joining.helloAtMs = nowMs + spread(state, pauseMs, 0.1);
  const body = helloBody(state, true);
  if (body === null) return;
  multicast(turn, body);
  for (const address of seedTargets(state)) send(turn, address, body);
}

/** Another one wants in too: it may be older than I am. */
export function joinerHeard(turn: Turn, message: HelloMessage, from: Address): void {
  const { state, nowMs, isMulticast } = turn;
  if (state.joining === null) return;
  const { joiners } = state.joining;
  if (!message.joining) {
    joiners.delete(message.sender);
    return;
  }
  const known = joiners.get(message.sender);
  const answer = known === undefined || (!isMulticast && nowMs - known.answeredMs > 100);
  if (known === undefined && joiners.size >= LIMITS.joinersMax) dropQuietest(state.joining);
  joiners.set(message.sender, {
    peer: message.sender,
    boot: message.boot,
    rank: message.rank,
    epoch: message.epoch,
    address: from,
    heardMs: nowMs,
    answeredMs: answer ? nowMs : (known?.answeredMs ?? -Infinity),
  });
  const body = helloBody(state, true);
  if (answer && body !== null && allowAnswer(turn, from, 'hello', LIMITS.hintsPerSecond * 4))
    send(turn, from, body);
}

function dropQuietest(joining: Joining): void {
  const quietest = [...joining.joiners.values()].reduce((a, b) => (a.heardMs <= b.heardMs ? a : b));
  joining.joiners.delete(quietest.peer);
}

/** The window is over: wait on for a named leader, or found, or wait for one who is older. */
export function decide(turn: Turn, joining: Joining): void {
  const { state, nowMs } = turn;
  const { target } = joining;
  const waitMs = target === null ? 0 : Math.min(target.untilMs, target.patienceMs);
  if (nowMs < Math.min(waitMs, joining.patienceMs)) {
    joining.decideAtMs = Math.min(waitMs, joining.patienceMs);
    return;
  }
  if (target !== null && nowMs >= target.patienceMs)
    joining.refused = { leader: target.leader, untilMs: nowMs + REFUSED_MS };
  joining.target = null;
  const me = { rank: state.rank, peer: state.config.peer };
  const live = [...joining.joiners.values()].filter((each) => nowMs - each.heardMs <= SILENT_MS);
  if (live.some((each) => isOlder(each, me))) {
    joining.decideAtMs = nowMs + state.timers.waitMs;
    return;
  }
  const epochs = live.map((each) => each.epoch).filter((each) => isFollowed(turn, each));
  state.clusterOffsetMs = state.rank - nowMs;
  move(turn, 'oldest joiner');
  state.joining = null;
  takeOffice(turn, Math.max(state.epoch, ...epochs) + 1, null);
  for (const each of live) send(turn, each.address, slowBeatBody(state, nowMs));
}

/** Admitted: the welcome must be for this start of mine, from a leader no older than what I have seen. */
export function joinerWelcomed(turn: Turn, message: WelcomeMessage, from: Address): void {
  const { state } = turn;
  if (message.member !== state.config.boot || message.leader.epoch < state.epoch) return;
  // In an epoch that no other leader follows I could never leave this one again.
  if (!isFollowed(turn, message.leader.epoch)) return;
  move(turn, 'welcomed');
  adopt(turn, message, from);
}
