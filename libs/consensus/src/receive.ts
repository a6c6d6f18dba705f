/** What each message does in each phase: one line for each type. */
import {
  type Address,
  type ElectionMessage,
  type ElectionMessageType,
  type HelloMessage,
  contradictsItself,
} from '@iwanto/wire';
import { LIMITS } from './config.js';
import { leaderHearsHello } from './admit.js';
import { leaderToldOf, strangerIntroduced } from './another-leader.js';
import { claimHeard, objected } from './claim.js';
import { namesImpossibleEpoch } from './epoch.js';
import { leaderMet, winnerWelcomes, yieldHeard } from './faceoff.js';
import { suspensionAnswered } from './fence.js';
import { followerHearsBeat, followerHearsPong, welcomedAgain } from './follow.js';
import { introducesItself, isFellow } from './introduction.js';
import { joinerHeard, joinerWelcomed } from './join.js';
import { acknowledged, pinged, probed } from './keep.js';
import { leaveHeard } from './leave.js';
import type { ReceivedInput } from './messages.js';
import { successorWelcomes } from './pending.js';
import { notLeader, notMember } from './ping.js';
import { sameBoot } from './rank.js';
import { allowAnswer } from './rates.js';
import { isFresh } from './replay.js';
import { rosterHeard } from './roster.js';
import { sight } from './sight.js';
import { asked, startSuspicion, toldAlive } from './suspect.js';
import { leaderNamed } from './target.js';
import { type Turn, send } from './turn.js';
import { ownIdHeard } from './twin.js';

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
