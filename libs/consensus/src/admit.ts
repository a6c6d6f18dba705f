/** The leader's door: HELLO, the stamped rank, and the welcome that carries the secret. */
import type { Address, HelloMessage, PeerId } from '@iwanto/wire';
import { LIMITS } from './config.js';
import { keepAliveMs } from './follow.js';
import {
  chooseStandbys,
  clusterNowMs,
  leadInEpoch,
  memberChanged,
  removeMember,
  stampedRank,
} from './lead.js';
import { isEpochJump } from './rank.js';
import { allow, allowAnswer } from './rates.js';
import type { Member, Reign } from './state.js';
import { type Turn, log, send } from './turn.js';

/** Admitted, but never proved to have the token: so many at a time, so that strangers cannot crowd out members. */
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
  catchUp(turn, message.epoch);
  if (known !== undefined && (same === undefined || same.confirmed))
    removeMember(turn, reign, message.sender);
  const member = state.members.get(message.sender) ?? admit(turn, reign, message, from);
  if (member === undefined) return;
  member.helloSeq = message.seq;
  member.address = from;
  welcome(turn, member);
}

/** Another process of the same identity at another address: a copied disk, as long as the first one is heard. */
function livesElsewhere({ state, nowMs }: Turn, known: Member, from: Address): boolean {
  const periodMs = keepAliveMs(state, state.members.size);
  return (
    known.confirmed && !sameAddress(known.address, from) && nowMs - known.heardMs < 1.5 * periodMs
  );
}

/** A joiner may come from a later epoch: the cluster goes on in that one. */
function catchUp(turn: Turn, epoch: number): void {
  const { state } = turn;
  if (epoch <= state.epoch) return;
  if (!isEpochJump(state.epoch, epoch)) leadInEpoch(turn, epoch);
  else if (allow(turn, 'jump', 1))
    log(turn, 'warn', `A joiner names epoch ${epoch}, too far ahead of ${state.epoch}: ignored.`);
}

function moved(turn: Turn, member: Member, message: HelloMessage, from: Address): void {
  member.helloSeq = message.seq;
  member.card = message.card;
  member.address = from;
  memberChanged(turn, member);
}

function admit(turn: Turn, reign: Reign, message: HelloMessage, from: Address): Member | undefined {
  const { state, nowMs } = turn;
  if (state.members.size >= LIMITS.rosterMax || tooManyUnproved(turn, reign)) return undefined;
  const member: Member = {
    peer: message.sender,
    boot: message.boot,
    rank: stampedRank(state, nowMs),
    address: from,
    card: message.card,
    confirmed: false,
    helloSeq: message.seq,
    heardMs: nowMs,
    ackedMs: nowMs,
    fit: true,
    version: 0,
    catalogue: null,
    roundTripMs: null,
    sinceMs: nowMs,
    stale: false,
  };
  state.members.set(member.peer, member);
  return member;
}

/** Makes room by dropping the one that waits longest. */
function tooManyUnproved(turn: Turn, reign: Reign): boolean {
  const unproved: PeerId[] = [];
  for (const member of turn.state.members.values())
    if (!member.confirmed) unproved.push(member.peer);
  const [first] = unproved;
  if (unproved.length < UNPROVED_MAX || first === undefined) return false;
  removeMember(turn, reign, first);
  return false;
}

/** The secret goes only here, and only sealed for the receiver. */
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
      token: secret,
      member: member.boot,
      rank: member.rank,
      clusterNowMs: clusterNowMs(state, nowMs),
      successors: state.successors,
    },
    member.card.curveKey,
  );
}

const sameAddress = (a: Address, b: Address) => a.address === b.address && a.port === b.port;

/** The member proved that it has the token: from now on it counts, and who was at its address before is gone. */
export function confirm(turn: Turn, reign: Reign, member: Member): void {
  if (member.confirmed) return;
  member.confirmed = true;
  for (const other of turn.state.members.values())
    if (other !== member && sameAddress(other.address, member.address))
      removeMember(turn, reign, other.peer);
  memberChanged(turn, member);
}

/** Heard again: it may stand by again. */
export function unbench(turn: Turn, member: Member): void {
  if (member.fit || !member.confirmed) return;
  member.fit = true;
  chooseStandbys(turn);
}
