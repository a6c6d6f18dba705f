/** The leader that a joiner was told of, and waits for. */
import type { Address, BeatMessage, HintMessage, PongMessage } from '@iwanto/wire';
import { sameAddress } from './address.js';
import { HELLO_LATER_MS, helloBody } from './hello.js';
import { introduce } from './introduction.js';
import { locate, sameBoot } from './rank.js';
import { gapAfterMs } from './schedule.js';
import type { Joining, KnownLeader, Target } from './state.js';
import { type Turn, send, spread } from './turn.js';

/** A leader that was named but does not welcome us is waited for this long after it was last heard of. */
const TARGET_MS = 1_500;
/** And this long in all, unless it is seen to admit others (it admits so many a second). */
const PATIENCE_MS = 3_000;
/** A leader that has not answered yet is waited for this long, a slow beat and more, and asked so often. */
const STRANGER_MS = 1_200;
const STRANGER_ASKED_MS = 400;
const TARGET_HELLO_AT_MS = [0, 50, 100, 200];

/** What a joiner hears of a leader beside that it leads. */
interface Word {
  /** It rises while the leader admits others. */
  readonly rosterVersion: number;
  /** It answered from the address it claims. */
  readonly isIntroduced: boolean;
  /** Somebody else says so. */
  readonly isHearsay: boolean;
}

/** A leader was named: ask it to be let in, and found nothing meanwhile. */
export function waitFor(turn: Turn, joining: Joining, leader: KnownLeader, word: Word): void {
  const { nowMs } = turn;
  const { target, refused } = joining;
  if (refused !== null && sameBoot(refused.leader, leader) && nowMs < refused.untilMs) return;
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
    introduce(turn, leader, word.isHearsay);
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
  const isHearsay = message.sender !== leader.peer;
  waitFor(turn, state.joining, leader, { rosterVersion, isIntroduced, isHearsay });
}

/** Asks the named leader to let me in; first whether it is there at all, since a HELLO is large. */
export function askTarget(turn: Turn, joining: Joining): void {
  const { target } = joining;
  const body = helloBody(turn.state, true);
  if (target === null || body === null) return;
  if (!target.isIntroduced) {
    target.helloAtMs = turn.nowMs + STRANGER_ASKED_MS;
    introduce(turn, target.leader, target.isHearsay);
    return;
  }
  const pauseMs = gapAfterMs(TARGET_HELLO_AT_MS, target.tries) ?? HELLO_LATER_MS;
  target.tries += 1;
  target.helloAtMs = turn.nowMs + spread(turn.state, pauseMs, 0.2);
  send(turn, target.leader.address, body);
}
