/** Joining: say HELLO, wait for a leader's welcome, and found a cluster when nobody older is there. */
import type {
  Address,
  BeatMessage,
  HelloMessage,
  HintMessage,
  PongMessage,
  WelcomeMessage,
} from '@iwanto/wire';
import { sameAddress } from './address.js';
import { slowBeatBody } from './beat.js';
import { LIMITS } from './config.js';
import { introduce } from './introduction.js';
import { takeOffice } from './lead.js';
import { isOlder, locate, sameBoot } from './rank.js';
import { allowAnswer } from './rates.js';
import { gapAfterMs } from './schedule.js';
import { restartSeeds, seedTargets } from './seeds.js';
import type { Joining, KnownLeader, State, Target } from './state.js';
import { adopt } from './follow.js';
import { setSecret } from './token.js';
import { type Body, type Turn, move, multicast, send, spread } from './turn.js';

/** Since the start of joining; from then on every `HELLO_LATER_MS`. */
const HELLO_AT_MS = [0, 50, 150, 350, 700, 1_200];
const HELLO_LATER_MS = 400;
/** A joiner unheard for this long is silent: two HELLOs of the later pace would have come. */
const SILENT_MS = 700;
/** A leader that was named but does not welcome us is waited for this long after it was last heard of. */
const TARGET_MS = 1_500;
/** And this long in all, unless it is seen to admit others (it admits so many a second). */
const PATIENCE_MS = 3_000;
const REFUSED_MS = 5_000;
/** This long all leaders together keep a joiner from founding: time enough to admit more than a thousand. */
const PATIENCE_IN_ALL_MS = 60_000;
/** A leader that has not answered yet is waited for this long, a slow beat and more, and asked so often. */
const STRANGER_MS = 1_200;
const STRANGER_ASKED_MS = 400;
const TARGET_HELLO_AT_MS = [0, 50, 100, 200];

export const helloBody = (state: State, joining: boolean): Body | null =>
  state.card === null ? null : { type: 'hello', rank: state.rank, card: state.card, joining };

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
    waitFor(turn, state.joining, target, { rosterVersion: 0, isIntroduced: true });
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

/** Asks the named leader to let me in; first whether it is there at all, since a HELLO is large. */
export function askTarget(turn: Turn, joining: Joining): void {
  const { target } = joining;
  const body = helloBody(turn.state, true);
  if (target === null || body === null) return;
  if (!target.isIntroduced) {
    target.helloAtMs = turn.nowMs + STRANGER_ASKED_MS;
    introduce(turn, target.leader, false);
    return;
  }
  const pauseMs = gapAfterMs(TARGET_HELLO_AT_MS, target.tries) ?? HELLO_LATER_MS;
  target.tries += 1;
  target.helloAtMs = turn.nowMs + spread(turn.state, pauseMs, 0.2);
  send(turn, target.leader.address, body);
}

/** What a joiner hears of a leader beside that it leads. */
interface Word {
  /** It rises while the leader admits others. */
  readonly rosterVersion: number;
  /** It answered from the address it claims. */
  readonly isIntroduced: boolean;
}

/** A leader was named: ask it to be let in, and found nothing meanwhile. */
function waitFor(turn: Turn, joining: Joining, leader: KnownLeader, word: Word): void {
  const { nowMs } = turn;
  const { target, refused } = joining;
  if (refused !== null && refused.boot === leader.boot && nowMs < refused.untilMs) return;
  if (target !== null && sameBoot(target.leader, leader)) {
    waitOn(turn, target, leader, word);
    return;
  }
  if (target !== null && !isBetter(leader, word, target)) return;
  joining.target = {
    leader,
    untilMs: nowMs + (word.isIntroduced ? TARGET_MS : STRANGER_MS),
    patienceMs: nowMs + PATIENCE_MS,
    helloAtMs: nowMs,
    tries: 0,
    ...word,
  };
}

/** Who answered goes before who did not; of two alike, the later epoch. */
function isBetter(leader: KnownLeader, { isIntroduced }: Word, target: Target): boolean {
  if (isIntroduced !== target.isIntroduced) return isIntroduced;
  return leader.epoch > target.leader.epoch;
}

function waitOn(turn: Turn, target: Target, leader: KnownLeader, word: Word): void {
  const { nowMs } = turn;
  if (word.isIntroduced && !target.isIntroduced) {
    target.isIntroduced = true;
    target.helloAtMs = nowMs;
    target.leader = leader;
  }
  // Somebody may name it at a wrong address first: until it answers, each that is named is asked.
  if (!target.isIntroduced && !sameAddress(leader.address, target.leader.address))
    introduce(turn, leader, false);
  target.leader = { ...leader, address: target.leader.address };
  target.untilMs = nowMs + (target.isIntroduced ? TARGET_MS : STRANGER_MS);
  if (word.rosterVersion > target.rosterVersion) target.patienceMs = nowMs + PATIENCE_MS;
  target.rosterVersion = Math.max(word.rosterVersion, target.rosterVersion);
}

export function leaderNamed(
  turn: Turn,
  message: BeatMessage | HintMessage | PongMessage,
  from: Address,
  isIntroduced = false,
): void {
  const { state } = turn;
  if (state.joining === null) return;
  const leader = locate(message.leader, message.sender, from);
  if (leader === null || leader.peer === state.config.peer) return;
  const rosterVersion = 'rosterVersion' in message ? message.rosterVersion : 0;
  waitFor(turn, state.joining, leader, { rosterVersion, isIntroduced });
}

/** Another one wants in too: it may be older than I am. */
export function joinerHeard(
  turn: Turn,
  message: HelloMessage,
  from: Address,
  wasMulticast: boolean,
): void {
  const { state, nowMs } = turn;
  if (state.joining === null) return;
  const { joiners } = state.joining;
  if (!message.joining) {
    joiners.delete(message.sender);
    return;
  }
  const known = joiners.get(message.sender);
  const answer = known === undefined || (!wasMulticast && nowMs - known.answeredMs > 100);
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
    joining.refused = { boot: target.leader.boot, untilMs: nowMs + REFUSED_MS };
  joining.target = null;
  const me = { rank: state.rank, peer: state.config.peer };
  const live = [...joining.joiners.values()].filter((each) => nowMs - each.heardMs <= SILENT_MS);
  if (live.some((each) => isOlder(each, me))) {
    joining.decideAtMs = nowMs + state.timers.waitMs;
    return;
  }
  const epochs = live.map((each) => each.epoch);
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
  move(turn, 'welcomed');
  adopt(turn, message, from);
}
