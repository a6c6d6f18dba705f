/** A joiner and the leader that it waits for. */
import { HELLO_LATER_MS, helloBody } from '../anyone/hello.js';
import { introduce } from '../anyone/introduction.js';
import type { LeaderHeard } from '../anyone/leader-heard.js';
import { waitFor } from '../anyone/leader-sought.js';
import { gapAfterMs } from '../anyone/schedule.js';
import type { Joining } from '../state/state.js';
import { send, spread, type Turn } from '../state/turn.js';

const STRANGER_ASKED_MS = 400;
const TARGET_HELLO_AT_MS = [0, 50, 100, 200];

/** A joiner waits for a leader (S7). */
export function joinerHearsOfLeader(turn: Turn, joining: Joining, heard: LeaderHeard): void {
  const { leader, known, isHearsay, rosterVersion } = heard;
  if (leader.peer === turn.state.config.peer) return;
  waitFor(turn, joining, leader, { rosterVersion, isIntroduced: known === 'answered', isHearsay });
}

/** Asks the named leader for admission; first whether it is there at all, since a HELLO is large. */
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
