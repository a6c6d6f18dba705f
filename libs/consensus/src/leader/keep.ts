/** The leader's side of keep-alives: answers PING, PROBE and ACK, and hands out the roster. */
import type { AckMessage, Address, CatalogueMark, PingMessage, ProbeMessage } from '@iwanto/wire';
import { addressText, sameAddress } from '../anyone/address.js';
import { slowBeatBody } from '../anyone/beat.js';
import { isFellow } from '../anyone/introduction.js';
import { sameBoot } from '../anyone/rank.js';
import { allow, allowAnswer, allowFor } from '../anyone/rates.js';
import { sendRoster } from '../anyone/roster-told.js';
import { peersChanged } from '../anyone/sight.js';
import { proofFor, proves } from '../anyone/token.js';
import { LIMITS } from '../state/config.js';
import type { Member } from '../state/member.js';
import { leads, reignOf } from '../state/place.js';
import { isCrowd, provedMembers, type State } from '../state/state.js';
import { send, type Turn } from '../state/turn.js';
import { confirm, unbench, welcome } from './admit.js';
import { followEpoch } from './epoch.js';
import { heardMember } from './lead.js';

/** Parts of the roster that follow one ACK of a standby: it must be able to take over soon. */
const STANDBY_PARTS = 4;
/** Parts that follow one PING of another member of a cluster that is not a crowd. */
const MEMBER_PARTS = 3;
/** How many such PINGs per second are followed by any: so many, and so many for each member. */
const ANSWERS_FOR_ALL = 30;
const ANSWERS_FOR_EACH = 1 / 3;
/** Beats to one member that probes as if it were a standby. */
const DISMISSALS_PER_SECOND = 4;
/** Welcomes to members that are known already, such as all of them after a take-over. */
const WELCOMES_AGAIN_PER_SECOND = 2_000;

export function hearPing(turn: Turn, message: PingMessage, from: Address): void {
  const { state } = turn;
  const { leader } = state;
  if (reignOf(state)?.suspension) return;
  if (!leads(state) || leader === null) {
    refuse(turn, message, from);
    return;
  }
  const member = state.members.get(message.sender);
  const followsMe = sameBoot(message.leader, leader);
  // A member of my own earlier boot may know a later epoch than I do.
  if (!followsMe && message.leader.peer === leader.peer) followEpoch(turn, message.epoch + 1);
  // The peer that handed over an unproved member may have named another address for it, which must not get its answers.
  const isElsewhere =
    member?.confirmed === false &&
    !sameAddress(member.address, from) &&
    !proves(state, 'ping', message.nonce, message.proof);
  if (member?.boot !== message.boot || !followsMe || isElsewhere) {
    if (allowAnswer(turn, from, 'refusal', LIMITS.refusalsPerSecond))
      send(turn, from, { type: 'notMember', nonce: message.nonce, leader: state.leader ?? leader });
    return;
  }
  answerMember(turn, member, message, from);
}

const sameMark = (a: CatalogueMark | null, b: CatalogueMark | null) =>
  a?.catalogId === b?.catalogId && a?.revision === b?.revision;

function answerMember(turn: Turn, member: Member, message: PingMessage, from: Address): void {
  const { state, nowMs } = turn;
  member.helloSeq = Math.max(member.helloSeq, message.seq);
  if (!proves(state, 'ping', message.nonce, message.proof)) {
    heardMember(turn, member);
    answerUnproved(turn, member, message);
    return;
  }
  member.address = from;
  const reign = reignOf(state);
  if (reign !== null) confirm(turn, reign, member);
  heardMember(turn, member);
  if (nowMs - member.ackedMs > state.timers.benchMs) unbench(turn, member);
  if (!sameMark(member.catalogue, message.catalogue)) peersChanged(turn);
  member.catalogue = message.catalogue;
  send(turn, from, {
    type: 'pong',
    nonce: message.nonce,
    leader: state.leader!,
    proof: proofFor(state, 'pong', message.nonce),
  });
  if (message.rosterVersion < state.ownVersion) bringUpToDate(turn, member, message.rosterVersion);
}

/**
 * With the first and the last part of the roster comes a beat: without multicast, nothing else informs
 * ordinary members how many they are and which the standbys are.
 */
function bringUpToDate(turn: Turn, member: Member, version: number): void {
  const { state, nowMs } = turn;
  if (!allow(turn, 'roster', rosterAnswersPerSecond(state))) return;
  const isWhole = sendRoster(turn, member.address, version, isCrowd(state) ? 1 : MEMBER_PARTS);
  const stands = state.standbys.some((each) => each.boot === member.boot);
  if ((isWhole || version === 0) && !stands) send(turn, member.address, slowBeatBody(state, nowMs));
}

/** All members fetch the whole roster after a take-over or when clusters merge: that must not become a storm. */
const rosterAnswersPerSecond = (state: State): number =>
  isCrowd(state)
    ? LIMITS.rosterPartsPerSecond
    : ANSWERS_FOR_ALL + ANSWERS_FOR_EACH * provedMembers(state).length;

/** A member without a proof asks for a welcome; one with a wrong proof is sent the present reign, and will ask. */
function answerUnproved(turn: Turn, member: Member, { nonce, proof }: PingMessage): void {
  const { leader } = turn.state;
  // Strangers may use up the budget of an address, but never that of a member.
  const whom = member.confirmed ? `member ${member.peer}` : addressText(member.address);
  if (leader === null || !allowFor(turn, whom, LIMITS.answersPerAddressPerSecond)) return;
  if (proof !== null) send(turn, member.address, { type: 'pong', nonce, leader, proof: null });
  else if (allow(turn, 'welcome again', WELCOMES_AGAIN_PER_SECOND)) welcome(turn, member);
}

function refuse(turn: Turn, message: PingMessage | ProbeMessage, from: Address): void {
  const { state } = turn;
  const allowed =
    isFellow(state, message) || allowAnswer(turn, from, 'refusal', LIMITS.refusalsPerSecond);
  if (!allowed) return;
  send(turn, from, { type: 'notLeader', nonce: message.nonce, leader: state.leader });
}

export function hearProbe(turn: Turn, message: ProbeMessage, from: Address): void {
  const { state } = turn;
  const { leader } = state;
  if (reignOf(state)?.suspension) return;
  if (!leads(state) || leader === null || !sameBoot(message.leader, leader)) {
    refuse(turn, message, from);
    return;
  }
  const member = isFellow(state, message) ? state.members.get(message.sender) : undefined;
  if (!member && !allowAnswer(turn, from, 'pong', LIMITS.pongsPerSecond)) return;
  send(turn, from, { type: 'pong', nonce: message.nonce, leader, proof: null });
  if (member) tellDismissed(turn, member);
}

/** Only standbys miss beats: a former one was not informed, and would keep suspecting. */
function tellDismissed(turn: Turn, member: Member): void {
  const { state, nowMs } = turn;
  const stands = state.standbys.some((each) => each.peer === member.peer);
  if (!stands && allowFor(turn, `dismissed ${member.peer}`, DISMISSALS_PER_SECOND))
    send(turn, member.address, slowBeatBody(state, nowMs));
}

export function hearAck(turn: Turn, message: AckMessage): void {
  const { state, nowMs } = turn;
  const member = state.members.get(message.sender);
  const reign = reignOf(state);
  if (reign === null || !leads(state) || member?.boot !== message.boot) return;
  // Nothing is known about an unproved member, not even that it is at its address (S54).
  if (message.epoch > state.epoch || !member.confirmed) return;
  heardMember(turn, member);
  member.ackedMs = nowMs;
  if (message.beat > reign.beatSeq) member.roundTripMs = nowMs - reign.beatMs;
  sendRoster(turn, member.address, message.rosterVersion, STANDBY_PARTS);
}
