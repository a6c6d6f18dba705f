/** One received datagram: whether it is processed, which handler gets it, and what it says about a leader. */
import {
  type Address,
  contradictsItself,
  rowOf,
  type ElectionMessage,
  type ElectionMessageType,
} from '@iwanto/wire';
import { hearBridge } from './anyone/bridge.js';
import { hearDial } from './anyone/dial.js';
import { introducesItself, isFellow } from './anyone/introduction.js';
import { hearCookie, hearKnock } from './anyone/knock.js';
import { type HowKnown, leaderHeard, type NamesLeader } from './anyone/leader-heard.js';
import { sameBoot } from './anyone/rank.js';
import { allow } from './anyone/rates.js';
import { isFresh } from './anyone/replay.js';
import { sight } from './anyone/sight.js';
import { joinerHearsHello, joinerHearsWelcome } from './joiner/join.js';
import { joinerHearsOfLeader } from './joiner/target.js';
import { leaderHearsHello } from './leader/admit.js';
import { namesImpossibleEpoch } from './leader/epoch.js';
import { hearYield, leaderHearsOfLeader, leaderHearsWelcome } from './leader/faceoff.js';
import { leaderHearsNotLeader } from './leader/fence.js';
import { hearAck, hearPing, hearProbe } from './leader/keep.js';
import { ownIdHeard } from './leader/twin.js';
import { hearLeave } from './leave.js';
import { memberHearsOfLeader } from './member/another-leader.js';
import { hearClaim, hearObject } from './member/claim.js';
import {
  memberHearsBeat,
  memberHearsHello,
  memberHearsPong,
  memberHearsWelcome,
} from './member/follow.js';
import { hearNotMember, memberHearsNotLeader } from './member/ping.js';
import { hearRoster } from './member/roster-heard.js';
import { hearAlive, hearAsk } from './member/suspect.js';
import type { ReceivedInput } from './state/messages.js';
import { followingOf, reignOf } from './state/place.js';
import { log, type Turn } from './state/turn.js';

type Of<T extends ElectionMessageType> = Extract<ElectionMessage, { type: T }>;
type Hear<T extends ElectionMessageType> = (turn: Turn, message: Of<T>, from: Address) => void;

/** The handler of each message. Messages for several roles go to the one that this process plays. */
const HEAR: { readonly [T in ElectionMessageType]: Hear<T> } = {
  hello: hearHello,
  hint: hearOfLeader,
  welcome: hearWelcome,
  beat: hearBeat,
  ack: hearAck,
  ping: hearPing,
  pong: hearPong,
  notMember: hearNotMember,
  notLeader: hearNotLeader,
  probe: hearProbe,
  ask: hearAsk,
  alive: hearAlive,
  claim: hearClaim,
  object: hearObject,
  yield: hearYield,
  relay: hearRelay,
  roster: hearRoster,
  leave: hearLeave,
  knock: hearKnock,
  cookie: hearCookie,
  dial: hearDial,
  bridge: hearBridge,
};

/** One verified datagram. Replays, my own datagrams and those of a twin stop here. */
export function receive(turn: Turn, input: ReceivedInput): void {
  const { state } = turn;
  const { message, from } = input;
  const { at } = state.place;
  if (at === 'idle' || at === 'leaving' || at === 'left') return;
  if (message.sender === state.config.peer && message.boot === state.config.boot) return;
  if (turn.isMulticast && rowOf(message).isSaidToAll !== true) {
    noteIgnored(turn, input, 'it is never said to all');
    return;
  }
  if (!isFresh(state, message) || contradictsItself(message)) {
    noteIgnored(turn, input, 'it came before, or contradicts itself');
    return;
  }
  if (namesImpossibleEpoch(turn, message, from)) return;
  if (message.sender === state.config.peer) {
    ownIdHeard(turn, message, from);
    return;
  }
  // A knocking host has not yet shown that it is at its address.
  if (rowOf(message).isFirstContact !== true) sight(turn, input);
  const hear = HEAR[message.type] as Hear<ElectionMessageType>;
  hear(turn, message, from);
}

/** At most one line per second: a flood must not fill the log. */
function noteIgnored(turn: Turn, { message, from }: ReceivedInput, why: string): void {
  if (allow(turn, 'ignored line', 1))
    log(turn, 'debug', `Ignored ${message.type.toUpperCase()} from ${from.address}: ${why}.`);
}

/** A joiner waits for the leader that was named, a member checks it against its own, a leader faces it. */
function hearOfLeader(
  turn: Turn,
  message: NamesLeader,
  from: Address,
  known: HowKnown = 'told',
): void {
  const { state } = turn;
  const { place } = state;
  const heard = leaderHeard(state, message, from, known);
  if (heard === null) return;
  if (place.at === 'joining') joinerHearsOfLeader(turn, place, heard);
  else if (place.at === 'following') memberHearsOfLeader(turn, place, heard);
  else if (place.at === 'leading') leaderHearsOfLeader(turn, place, heard);
}

function hearHello(turn: Turn, message: Of<'hello'>, from: Address): void {
  const { place } = turn.state;
  if (place.at === 'joining') joinerHearsHello(turn, place, message, from);
  else if (place.at === 'following') memberHearsHello(turn, place, message, from);
  else if (place.at === 'leading' && place.suspension === null)
    leaderHearsHello(turn, place, message, from);
}

function hearWelcome(turn: Turn, message: Of<'welcome'>, from: Address): void {
  const { place } = turn.state;
  if (place.at === 'joining') joinerHearsWelcome(turn, message, from);
  else if (place.at === 'following') memberHearsWelcome(turn, place, message, from);
  else if (place.at === 'leading') leaderHearsWelcome(turn, place, message, from);
}

function hearBeat(turn: Turn, message: Of<'beat'>, from: Address): void {
  const { state } = turn;
  const following = followingOf(state);
  if (following !== null && sameBoot(message.leader, state.leader))
    memberHearsBeat(turn, following, message);
  else hearOfLeader(turn, message, from);
}

function hearPong(turn: Turn, message: Of<'pong'>, from: Address): void {
  const following = followingOf(turn.state);
  if (following !== null) memberHearsPong(turn, following, message);
  if (introducesItself(turn.state, message, from)) hearOfLeader(turn, message, from, 'answered');
}

function hearNotLeader(turn: Turn, message: Of<'notLeader'>, from: Address): void {
  const { place } = turn.state;
  if (place.at === 'following') memberHearsNotLeader(turn, place, message, from);
  else if (place.at === 'leading') leaderHearsNotLeader(turn, place, message, from);
}

/** A leader hears from a fellow that another one exists. */
function hearRelay(turn: Turn, message: Of<'relay'>, from: Address): void {
  const reign = reignOf(turn.state);
  if (reign === null || !isFellow(turn.state, message)) return;
  const heard = leaderHeard(turn.state, message, from);
  if (heard !== null) leaderHearsOfLeader(turn, reign, heard);
}
