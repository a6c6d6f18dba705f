/** What each message does in each phase: one line for each type. */
import {
  type Address,
  contradictsItself,
  type ElectionMessage,
  type ElectionMessageType,
  type HelloMessage,
} from '@iwanto/wire';
import { introducesItself, isFellow } from './anyone/introduction.js';
import { sameBoot } from './anyone/rank.js';
import { allowAnswer } from './anyone/rates.js';
import { isFresh } from './anyone/replay.js';
import { sight } from './anyone/sight.js';
import { joinerHeard, joinerWelcomed } from './joiner/join.js';
import { leaderNamed } from './joiner/target.js';
import { leaderHearsHello } from './leader/admit.js';
import { namesImpossibleEpoch } from './leader/epoch.js';
import { leaderMet, winnerWelcomes, yieldHeard } from './leader/faceoff.js';
import { suspensionAnswered } from './leader/fence.js';
import { acknowledged, pinged, probed } from './leader/keep.js';
import { ownIdHeard } from './leader/twin.js';
import { leaveHeard } from './leave.js';
import { leaderToldOf, strangerIntroduced } from './member/another-leader.js';
import { claimHeard, objected } from './member/claim.js';
import { followerHearsBeat, followerHearsPong, welcomedAgain } from './member/follow.js';
import { successorWelcomes } from './member/pending.js';
import { notLeader, notMember } from './member/ping.js';
import { rosterHeard } from './member/roster-heard.js';
import { asked, startSuspicion, toldAlive } from './member/suspect.js';
import { LIMITS } from './state/config.js';
import type { ReceivedInput } from './state/messages.js';
import { send, type Turn } from './state/turn.js';

type Of<T extends ElectionMessageType> = Extract<ElectionMessage, { type: T }>;
type Hear<T extends ElectionMessageType> = (turn: Turn, message: Of<T>, from: Address) => void;

/** Nobody says anything else to all: one datagram must not be answered by each. */
const SAID_TO_ALL: ReadonlySet<ElectionMessageType> = new Set(['hello', 'beat', 'leave']);

/** A joiner waits for the leader, a member checks it against its own, a leader faces it. */
const namesLeader: Hear<'hint'> = (turn, message, from) => {
  leaderNamed(turn, message, from);
  leaderToldOf(turn, message, from);
  leaderMet(turn, message, from);
};

const HEAR: { readonly [T in ElectionMessageType]: Hear<T> } = {
  hello: helloHeard,
  hint: namesLeader,
  welcome: (turn, message, from) => {
    if (turn.state.joining !== null) joinerWelcomed(turn, message, from);
    else if (sameBoot(message.leader, turn.state.leader)) welcomedAgain(turn, message);
    else if (turn.state.following !== null) successorWelcomes(turn, message, from);
    else winnerWelcomes(turn, message, from);
  },
  beat: (turn, message, from) => {
    leaderNamed(turn, message, from);
    followerHearsBeat(turn, message, from);
    leaderMet(turn, message, from);
  },
  ack: acknowledged,
  ping: pinged,
  pong: (turn, message, from) => {
    followerHearsPong(turn, message);
    if (!introducesItself(turn.state, message, from)) return;
    leaderNamed(turn, message, from, true);
    strangerIntroduced(turn, message, from);
    leaderMet(turn, message, from, true);
  },
  notMember,
  notLeader: (turn, message, from) => {
    notLeader(turn, message, from);
    suspensionAnswered(turn, message, from);
  },
  probe: probed,
  ask: asked,
  alive: toldAlive,
  claim: claimHeard,
  object: objected,
  yield: yieldHeard,
  relay: (turn, message, from) => {
    if (isFellow(turn.state, message)) leaderMet(turn, message, from);
  },
  roster: rosterHeard,
  leave: leaveHeard,
};

/** A standby or any member asked directly names its leader; a leader opens the door. */
function helloHeard(turn: Turn, message: HelloMessage, from: Address): void {
  const { state, isMulticast } = turn;
  joinerHeard(turn, message, from);
  if (state.phase === 'leading' && state.reign !== null)
    leaderHearsHello(turn, state.reign, message, from);
  const { following, leader } = state;
  if (following === null || leader === null || !message.joining) return;
  if (message.sender === leader.peer && message.boot !== leader.boot) {
    startSuspicion(turn, following);
    return;
  }
  const stands = state.successors.some((each) => each.boot === state.config.boot);
  if (state.phase !== 'following' || following.gone || (isMulticast && !stands)) return;
  if (allowAnswer(turn, from, 'hint', LIMITS.hintsPerSecond))
    send(turn, from, { type: 'hint', leader });
}

/** One verified datagram. Replays, my own and those of a twin go no further. */
export function receive(turn: Turn, input: ReceivedInput): void {
  const { state } = turn;
  const { message, from } = input;
  if (state.phase === 'idle' || state.phase === 'leaving' || state.phase === 'left') return;
  if (message.sender === state.config.peer && message.boot === state.config.boot) return;
  if (turn.isMulticast && !SAID_TO_ALL.has(message.type)) return;
  if (!isFresh(state, message) || contradictsItself(message)) return;
  if (namesImpossibleEpoch(turn, message, from)) return;
  if (message.sender === state.config.peer) {
    ownIdHeard(turn, message, from);
    return;
  }
  sight(turn, input);
  const hear = HEAR[message.type] as Hear<ElectionMessageType>;
  hear(turn, message, from);
}
