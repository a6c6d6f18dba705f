/** Two leaders meet: the older one goes on, the other hands over its members and serves until it is welcomed. */
import type {
  Address,
  ElectionHeader,
  LeaderTuple,
  WelcomeMessage,
  YieldMessage,
} from '@iwanto/wire';
import { ROSTER_ENTRIES_MAX } from '@iwanto/wire';
import { LIMITS } from './config.js';
import { superseded } from './fence.js';
import { adopt } from './follow.js';
import { helloBody } from './join.js';
import { followEpoch } from './epoch.js';
import { introduce, isFellow } from './introduction.js';
import { leadInEpoch, stampedRank } from './lead.js';
import { locate, sameBoot, winsFaceOff } from './rank.js';
import { allow, allowAnswer, allowFor } from './rates.js';
import { asEntry } from './roster.js';
import { hastenSeeds } from './seeds.js';
import { type KnownLeader, type Reign, type Yielding, provedMembers } from './state.js';
import { peersChanged } from './sight.js';
import { type Turn, move, send } from './turn.js';

const YIELD_AGAIN_MS = 150;
/** Rounds without a welcome: the winner is not there, and the search goes on here. */
const YIELD_ROUNDS_MAX = 8;
/** Whole rosters, to however many older leaders. */
const HANDOVERS_PER_SECOND = 1;
/** How often one other leader is told that I lead: its beats must not use up the answers its address may have. */
const MEETINGS_PER_SECOND = 4;
/** Members handed over that have not proved anything: strangers may fill half of the roster with such, and no more. */
const HANDED_OVER_MAX = LIMITS.rosterMax / 2;

/** Another leader was heard, or heard of; `isIntroduced` when it answered from its address. */
export function leaderMet(
  turn: Turn,
  message: ElectionHeader & { readonly leader: LeaderTuple },
  from: Address,
  isIntroduced = false,
): void {
  const { state } = turn;
  const { reign } = state;
  if (reign === null || state.leader === null || sameBoot(message.leader, state.leader)) return;
  const theirs = locate(message.leader, message.sender, from);
  if (theirs === null) return;
  const byFellow = isFellow(state, message);
  if (theirs.peer === state.config.peer) {
    if (byFellow || message.sender === theirs.peer) leadAboveMyPast(turn, theirs.epoch);
    return;
  }
  hastenSeeds(turn);
  if (state.phase === 'suspended') {
    if (theirs.epoch <= state.epoch) return;
    if (isIntroduced || (byFellow && message.epoch >= state.epoch)) superseded(turn, theirs);
    else introduce(turn, theirs);
  } else if (winsFaceOff(state.leader, theirs)) stand(turn, theirs);
  else if (sameBoot(reign.yielding?.leader ?? null, theirs)) yieldOn(reign, theirs);
  else if (isIntroduced) beginYielding(turn, reign, theirs);
  else introduce(turn, theirs);
}

/** An earlier boot of mine led in that epoch: I, or one who follows me, says so. */
function leadAboveMyPast(turn: Turn, epoch: number): void {
  if (epoch >= turn.state.epoch) leadInEpoch(turn, epoch + 1);
}

/** To the better one of two, so that strangers who take turns do not keep me at the first step. */
function beginYielding(turn: Turn, reign: Reign, theirs: KnownLeader): void {
  const { yielding } = reign;
  if (yielding === null || winsFaceOff(theirs, yielding.leader))
    reign.yielding = { leader: theirs, atMs: turn.nowMs, rounds: 0 };
}

/** I am the older one: lead above its epoch and show myself. */
function stand(turn: Turn, theirs: KnownLeader): void {
  const { state } = turn;
  if (!allowFor(turn, `met ${theirs.peer}`, MEETINGS_PER_SECOND)) return;
  followEpoch(turn, theirs.epoch + 1, theirs.address);
  if (state.leader !== null && allowAnswer(turn, theirs.address, 'hint', LIMITS.hintsPerSecond))
    send(turn, theirs.address, { type: 'hint', leader: state.leader });
}

/** It was heard again: it is still there, and worth some more rounds. */
function yieldOn({ yielding }: Reign, theirs: KnownLeader): void {
  if (yielding === null) return;
  yielding.leader = theirs;
  if (yielding.rounds > 1) yielding.rounds = 1;
}

/** Hands over the members and asks to be let in; leads on until the welcome comes. */
export function yieldTo(turn: Turn, reign: Reign, yielding: Yielding): void {
  const { state, nowMs } = turn;
  if (yielding.rounds >= YIELD_ROUNDS_MAX) {
    reign.yielding = null;
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

/** The winner took me in: from here on its members are mine no more. */
export function winnerWelcomes(turn: Turn, message: WelcomeMessage, from: Address): void {
  const { state } = turn;
  const yielding = state.reign?.yielding;
  if (state.phase !== 'leading' || !yielding || !sameBoot(yielding.leader, message.leader)) return;
  if (message.member !== state.config.boot || message.leader.epoch <= state.epoch) return;
  const leader = { ...message.leader, address: from };
  for (const member of provedMembers(state)) send(turn, member.address, { type: 'hint', leader });
  move(turn, 'older leader welcomed');
  adopt(turn, message, from);
}

/**
 * Another leader gives way to me: its members are mine, with ranks of my own stamping. They hear so from
 * that leader; I tell them nothing, since anybody could have written their addresses here.
 */
export function yieldHeard(turn: Turn, message: YieldMessage, from: Address): void {
  const { state, nowMs } = turn;
  const { reign } = state;
  const theirs = message.leader;
  if (state.phase !== 'leading' || reign === null) return;
  followEpoch(turn, theirs.epoch + 1, from);
  reign.yielding = null;
  let unproved = state.members.size - provedMembers(state).length;
  for (const entry of message.entries) {
    if (entry.peer === state.config.peer || state.members.has(entry.peer)) continue;
    if (state.members.size >= LIMITS.rosterMax || unproved >= HANDED_OVER_MAX) return;
    unproved += 1;
    state.members.set(entry.peer, {
      ...entry,
      rank: stampedRank(state, nowMs),
      confirmed: false,
      helloSeq: 0,
      heardMs: nowMs,
      ackedMs: nowMs,
      fit: true,
      version: 0,
      catalogue: null,
      roundTripMs: null,
      sinceMs: nowMs,
      stale: false,
    });
  }
  peersChanged(turn);
}
