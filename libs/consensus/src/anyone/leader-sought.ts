/** The leader that a joiner waits for. */
import type { Joining, KnownLeader, Target } from '../state/state.js';
import type { Turn } from '../state/turn.js';
import { sameAddress } from './address.js';
import { introduce } from './introduction.js';
import { sameBoot } from './rank.js';

/** A leader that was named but does not welcome us is waited for this long after it was last heard of (S7). */
const TARGET_MS = 1_500;
/** And this long in total, unless it is seen to admit others (it admits only so many per second). */
const PATIENCE_MS = 3_000;
/** A leader that has not answered yet is waited for this long, a slow beat and more, and asked so often. */
const STRANGER_MS = 1_200;

/** What a joiner keeps about a leader besides that it leads. */
type Named = Pick<Target, 'rosterVersion' | 'isIntroduced' | 'isHearsay'>;

/** A leader was named: ask it for admission, and found nothing meanwhile. */
export function waitFor(turn: Turn, joining: Joining, leader: KnownLeader, named: Named): void {
  const { nowMs } = turn;
  const { target, refused } = joining;
  if (refused !== null && sameBoot(refused.leader, leader) && nowMs < refused.untilMs) return;
  if (target !== null && sameBoot(target.leader, leader)) {
    waitOn(turn, target, leader, named);
    return;
  }
  if (target !== null && !isBetter(leader, named, target)) return;
  joining.target = {
    leader,
    untilMs: nowMs + (named.isIntroduced ? TARGET_MS : STRANGER_MS),
    patienceMs: nowMs + PATIENCE_MS,
    helloAtMs: nowMs,
    tries: 0,
    ...named,
  };
}

/** One that answered goes before one that did not; of two alike, the later epoch. */
function isBetter(leader: KnownLeader, { isIntroduced }: Named, target: Target): boolean {
  if (isIntroduced !== target.isIntroduced) return isIntroduced;
  return leader.epoch > target.leader.epoch;
}

function waitOn(turn: Turn, target: Target, leader: KnownLeader, named: Named): void {
  const { nowMs } = turn;
  if (named.isIntroduced && !target.isIntroduced) {
    target.isIntroduced = true;
    target.helloAtMs = nowMs;
    target.leader = leader;
  }
  // Somebody may first name a wrong address for it: until it answers, each named address is asked.
  if (!target.isIntroduced && !sameAddress(leader.address, target.leader.address))
    introduce(turn, leader, named.isHearsay);
  target.leader = { ...leader, address: target.leader.address };
  target.untilMs = nowMs + (target.isIntroduced ? TARGET_MS : STRANGER_MS);
  if (named.rosterVersion > target.rosterVersion) target.patienceMs = nowMs + PATIENCE_MS;
  target.rosterVersion = Math.max(named.rosterVersion, target.rosterVersion);
}
