/** Joining: say HELLO, wait for a leader's welcome, and found a cluster when nobody older is there. */
import type { Address, HelloMessage, WelcomeMessage } from '@iwanto/wire';
import { slowBeatBody } from '../anyone/beat.js';
import { HELLO_LATER_MS, helloBody } from '../anyone/hello.js';
import { isOlder } from '../anyone/rank.js';
import { allowAnswer } from '../anyone/rates.js';
import { gapAfterMs } from '../anyone/schedule.js';
import { seedTargets } from '../anyone/seeds.js';
import { becomeLeader, becomeMember } from '../enter.js';
import { isFollowed } from '../leader/epoch.js';
import { LIMITS } from '../state/config.js';
import type { Joining } from '../state/state.js';
import { multicast, send, spread, type Turn } from '../state/turn.js';

/** Since the start of joining; from then on every `HELLO_LATER_MS` (S6). */
const HELLO_AT_MS = [0, 50, 150, 350, 700, 1_200];
/** A joiner unheard for this long is silent: two HELLOs of the later pace would have come (S9). */
const SILENT_MS = 700;
const REFUSED_MS = 5_000;

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

/** Another joiner: it may be older than I am. */
export function joinerHearsHello(
  turn: Turn,
  joining: Joining,
  message: HelloMessage,
  from: Address,
): void {
  const { state, nowMs, isMulticast } = turn;
  const { joiners } = joining;
  if (!message.joining) {
    joiners.delete(message.sender);
    return;
  }
  const known = joiners.get(message.sender);
  const answer = known === undefined || (!isMulticast && nowMs - known.answeredMs > 100);
  if (known === undefined && joiners.size >= LIMITS.joinersMax) dropQuietest(joining);
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

/** The window is over (S8): continue to wait for a named leader, or found, or wait for an older joiner. */
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
  becomeLeader(turn, 'oldest joiner', Math.max(state.epoch, ...epochs) + 1, null);
  for (const each of live) send(turn, each.address, slowBeatBody(state, nowMs));
}

/** Admitted: the welcome must be for this start of mine, from a leader no older than what I have seen. */
export function joinerHearsWelcome(turn: Turn, message: WelcomeMessage, from: Address): void {
  const { state } = turn;
  if (message.member !== state.config.boot || message.leader.epoch < state.epoch) return;
  // In an epoch that no other leader accepts I could never leave this one again.
  if (!isFollowed(turn, message.leader.epoch)) return;
  becomeMember(turn, 'welcomed', message, from);
}
