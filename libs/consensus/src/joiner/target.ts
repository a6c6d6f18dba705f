/** The leader that a joiner was told of, and waits for. */
import type { Address, BeatMessage, HintMessage, PongMessage } from '@iwanto/wire';
import { HELLO_LATER_MS, helloBody } from '../anyone/hello.js';
import { introduce } from '../anyone/introduction.js';
import { waitFor } from '../anyone/leader-sought.js';
import { locate } from '../anyone/rank.js';
import { gapAfterMs } from '../anyone/schedule.js';
import type { Joining } from '../state/state.js';
import { send, spread, type Turn } from '../state/turn.js';

const STRANGER_ASKED_MS = 400;
const TARGET_HELLO_AT_MS = [0, 50, 100, 200];

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
