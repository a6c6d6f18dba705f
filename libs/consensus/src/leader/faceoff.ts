/** Two leaders meet: the older one continues, the other hands over its members and serves until it is welcomed. */
import {
  type Address,
  ROSTER_ENTRIES_MAX,
  type WelcomeMessage,
  type YieldMessage,
} from '@iwanto/wire';
import { helloBody } from '../anyone/hello.js';
import { allowTo, introduce, isFellow } from '../anyone/introduction.js';
import type { LeaderHeard } from '../anyone/leader-heard.js';
import { sameBoot, stampedRank, startOf, winsFaceOff } from '../anyone/rank.js';
import { allow, allowFor } from '../anyone/rates.js';
import { asEntry } from '../anyone/roster-told.js';
import { hastenSeeds } from '../anyone/seeds.js';
import { peersChanged } from '../anyone/sight.js';
import { becomeJoiner, becomeMember } from '../enter.js';
import { LIMITS } from '../state/config.js';
import { newMember } from '../state/member.js';
import { reignOf } from '../state/place.js';
import { type KnownLeader, provedMembers, type Reign, type Yielding } from '../state/state.js';
import { send, type Turn } from '../state/turn.js';
import { followEpoch } from './epoch.js';

const YIELD_AGAIN_MS = 150;
/** Rounds without a welcome after which the winner counts as gone, and this leader resumes its search. */
const YIELD_ROUNDS_MAX = 8;
/** Complete rosters, to any number of older leaders. */
const HANDOVERS_PER_SECOND = 1;
/** How often one other leader is informed that I lead: its beats must not use up the answers that its address may have. */
const MEETINGS_PER_SECOND = 4;
/** Members handed over that have proved nothing: strangers may fill at most half of the roster with such. */
const HANDED_OVER_MAX = LIMITS.rosterMax / 2;

/** What a leader does about another one (S35 to S40). */
export function leaderHearsOfLeader(turn: Turn, reign: Reign, heard: LeaderHeard): void {
  const { state } = turn;
  const { leader: theirs, known, isHearsay } = heard;
  if (state.leader === null || sameBoot(theirs, state.leader)) return;
  // An earlier boot of mine (S40).
  if (theirs.peer === state.config.peer) {
    if (theirs.epoch >= state.epoch) followEpoch(turn, theirs.epoch + 1);
    return;
  }
  hastenSeeds(turn);
  if (reign.suspension !== null) {
    suspendedHears(turn, heard);
    return;
  }
  const yielding = reign.yieldings.get(startOf(theirs));
  if (winsFaceOff(state.leader, theirs)) stand(turn, theirs, isHearsay);
  else if (yielding !== undefined) yieldOn(yielding, theirs);
  else if (known === 'answered') beginYielding(turn, reign.yieldings, theirs);
  else introduce(turn, theirs, isHearsay);
}

/** While I was suspended another one took over: I become its member, with a fresh rank (S33). */
function suspendedHears(turn: Turn, { leader: theirs, by, known, isHearsay }: LeaderHeard): void {
  const { state } = turn;
  const byFellow = by.epoch >= state.epoch && isFellow(state, by);
  if (theirs.epoch <= state.epoch) return;
  if (known === 'answered' || byFellow) becomeJoiner(turn, 'superseded', theirs);
  else introduce(turn, theirs, isHearsay);
}

/** To several at a time, so that one that never welcomes me does not block one that does. */
function beginYielding(turn: Turn, yieldings: Reign['yieldings'], theirs: KnownLeader): void {
  if (yieldings.size >= LIMITS.yieldingsMax) {
    const [longest] = [...yieldings.values()].sort((a, b) => b.rounds - a.rounds);
    if (longest !== undefined) yieldings.delete(startOf(longest.leader));
  }
  yieldings.set(startOf(theirs), { leader: theirs, atMs: turn.nowMs, rounds: 0 });
}

/** I am the older one: lead above its epoch and show myself (S37). */
function stand(turn: Turn, theirs: KnownLeader, isHearsay: boolean): void {
  const { state } = turn;
  if (!allowFor(turn, `met ${theirs.peer}`, MEETINGS_PER_SECOND)) return;
  if (theirs.epoch >= state.epoch) followEpoch(turn, theirs.epoch + 1);
  if (state.leader !== null && allowTo(turn, theirs, isHearsay))
    send(turn, theirs.address, { type: 'hint', leader: state.leader });
}

/** It was heard again: it is still there, and gets some more rounds. */
function yieldOn(yielding: Yielding, theirs: KnownLeader): void {
  yielding.leader = theirs;
  if (yielding.rounds > 1) yielding.rounds = 1;
}

/** The next round of each that is due. */
export function yieldToAll(turn: Turn, reign: Reign): void {
  for (const yielding of reign.yieldings.values())
    if (yielding.atMs <= turn.nowMs) yieldTo(turn, reign, yielding);
}

export function yieldDueMs({ yieldings }: Reign): number {
  let dueMs = Infinity;
  for (const { atMs } of yieldings.values()) dueMs = Math.min(dueMs, atMs);
  return dueMs;
}

/** Hands over the members and asks for admission; continues to lead until the welcome arrives (S38). */
function yieldTo(turn: Turn, reign: Reign, yielding: Yielding): void {
  const { state, nowMs } = turn;
  if (yielding.rounds >= YIELD_ROUNDS_MAX) {
    reign.yieldings.delete(startOf(yielding.leader));
    return;
  }
  const { leader, card } = state;
  const hello = card === null ? null : helloBody(state, true);
  if (leader === null || hello === null) return;
  const confirmed = provedMembers(state).map(asEntry);
  const isWhole = yielding.rounds === 0 && allow(turn, 'handover', HANDOVERS_PER_SECOND);
  const parts = isWhole ? confirmed : confirmed.slice(0, ROSTER_ENTRIES_MAX);
  for (let at = 0; at === 0 || at < parts.length; at += ROSTER_ENTRIES_MAX)
    send(turn, yielding.leader.address, {
      type: 'yield',
      leader,
      entries: parts.slice(at, at + ROSTER_ENTRIES_MAX),
    });
  send(turn, yielding.leader.address, hello);
  yielding.rounds += 1;
  yielding.atMs = nowMs + YIELD_AGAIN_MS;
}

/** The winner admitted me: from here on my members are its members. */
export function leaderHearsWelcome(
  turn: Turn,
  reign: Reign,
  message: WelcomeMessage,
  from: Address,
): void {
  const { state } = turn;
  if (reign.suspension !== null || !reign.yieldings.has(startOf(message.leader))) return;
  if (message.member !== state.config.boot || message.leader.epoch <= state.epoch) return;
  const leader = { ...message.leader, address: from };
  for (const member of provedMembers(state)) send(turn, member.address, { type: 'hint', leader });
  becomeMember(turn, 'older leader welcomed', message, from);
}

/**
 * Another leader gives way to me (S39): its members are mine, with ranks of my own stamping. They hear so from
 * that leader; I send them nothing, since anybody could have written their addresses here.
 */
export function hearYield(turn: Turn, message: YieldMessage): void {
  const { state, nowMs } = turn;
  const reign = reignOf(state);
  const theirs = message.leader;
  if (reign === null || reign.suspension !== null) return;
  if (theirs.epoch >= state.epoch) followEpoch(turn, theirs.epoch + 1);
  reign.yieldings.delete(startOf(theirs));
  let unproved = state.members.size - provedMembers(state).length;
  for (const entry of message.entries) {
    if (entry.peer === state.config.peer || state.members.has(entry.peer)) continue;
    if (state.members.size >= LIMITS.rosterMax || unproved >= HANDED_OVER_MAX) return;
    unproved += 1;
    const rank = stampedRank(state, nowMs);
    state.members.set(entry.peer, newMember({ ...entry, rank }, nowMs));
  }
  peersChanged(turn);
}
