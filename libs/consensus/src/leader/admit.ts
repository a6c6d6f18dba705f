/** The leader's door: HELLO, the stamped rank, and the welcome that carries the secret. */
import type { Address, HelloMessage, PeerId } from '@iwanto/wire';
import { sameAddress } from '../anyone/address.js';
import { keepAliveMs } from '../anyone/keep-alive.js';
import { clusterNowMs, stampedRank } from '../anyone/rank.js';
import { allowAnswer } from '../anyone/rates.js';
import { memberChanged, removeMember } from '../anyone/roster-told.js';
import { chooseStandbys } from '../anyone/standbys.js';
import { LIMITS } from '../state/config.js';
import { type Member, newMember } from '../state/member.js';
import { provedMembers, type Reign } from '../state/state.js';
import { send, type Turn } from '../state/turn.js';
import { followEpoch } from './epoch.js';

/** Members that asked for admission but never proved to have the token: limited, so that strangers cannot crowd out members. */
const UNPROVED_MAX = LIMITS.joinersMax;

export function leaderHearsHello(
  turn: Turn,
  reign: Reign,
  message: HelloMessage,
  from: Address,
): void {
  const { state } = turn;
  const known = state.members.get(message.sender);
  const same = known?.boot === message.boot ? known : undefined;
  if (same !== undefined && message.seq <= same.helloSeq) return;
  if (!message.joining) {
    if (same?.confirmed === true) moved(turn, same, message, from);
    return;
  }
  if (known !== undefined && same === undefined && livesElsewhere(turn, known, from)) return;
  if (!allowAnswer(turn, from, 'welcome', LIMITS.welcomesPerSecond)) return;
  followEpoch(turn, message.epoch);
  if (known !== undefined && (same === undefined || same.confirmed))
    removeMember(turn, reign, message.sender);
  const waiting = state.members.get(message.sender);
  if (waiting?.helloSeq === 0) makeRoom(turn, reign);
  const member = waiting ?? admit(turn, reign, message, from);
  if (member === undefined) return;
  member.helloSeq = message.seq;
  member.address = from;
  // The leader that handed this member over may have given it another key.
  member.card = message.card;
  welcome(turn, member);
}

/** Another process of the same identity at another address: a copied disk, as long as the first one is heard. */
function livesElsewhere({ state, nowMs }: Turn, known: Member, from: Address): boolean {
  const periodMs = keepAliveMs(state, provedMembers(state).length);
  return (
    known.confirmed && !sameAddress(known.address, from) && nowMs - known.heardMs < 1.5 * periodMs
  );
}

function moved(turn: Turn, member: Member, message: HelloMessage, from: Address): void {
  member.helloSeq = message.seq;
  member.card = message.card;
  member.address = from;
  memberChanged(turn, member);
}

function admit(turn: Turn, reign: Reign, message: HelloMessage, from: Address): Member | undefined {
  const { state, nowMs } = turn;
  if (state.members.size >= LIMITS.rosterMax) return undefined;
  makeRoom(turn, reign);
  const { sender: peer, boot, card, seq } = message;
  const entry = { peer, boot, rank: stampedRank(state, nowMs), address: from, card };
  const member = { ...newMember(entry, nowMs), helloSeq: seq };
  state.members.set(member.peer, member);
  return member;
}

/** Drops the unproved one that has waited longest. Those handed over that never sent a HELLO are counted separately. */
function makeRoom(turn: Turn, reign: Reign): void {
  const unproved: PeerId[] = [];
  for (const member of turn.state.members.values())
    if (!member.confirmed && member.helloSeq > 0) unproved.push(member.peer);
  const [first] = unproved;
  if (first !== undefined && unproved.length >= UNPROVED_MAX) removeMember(turn, reign, first);
}

/** The secret is sent only here, and only sealed for the receiver (S10). */
export function welcome(turn: Turn, member: Member): void {
  const { state, nowMs } = turn;
  const { leader, card, secret } = state;
  if (leader === null || card === null || secret === null) return;
  send(
    turn,
    member.address,
    {
      type: 'welcome',
      leader,
      card,
      secret,
      member: member.boot,
      rank: member.rank,
      clusterNowMs: clusterNowMs(state, nowMs),
      standbys: state.standbys,
    },
    member.card.curveKey,
  );
}

/** The member proved that it has the token: from now on it counts, and any earlier member at its address is gone. */
export function confirm(turn: Turn, reign: Reign, member: Member): void {
  if (member.confirmed) return;
  member.confirmed = true;
  for (const other of turn.state.members.values())
    if (other !== member && sameAddress(other.address, member.address))
      removeMember(turn, reign, other.peer);
  memberChanged(turn, member);
}

/** Heard again: it may be a standby again. */
export function unbench(turn: Turn, member: Member): void {
  if (member.fit || !member.confirmed) return;
  member.fit = true;
  chooseStandbys(turn);
}
