/** The one entry point: an input goes in, the state changes in place, outputs come out. */
import { bridge } from './anyone/bridge.js';
import { askToDial } from './anyone/dial.js';
import { helloBody } from './anyone/hello.js';
import { knock } from './anyone/knock.js';
import { remember, restartSeeds, setStaticPeers } from './anyone/seeds.js';
import { peersChanged } from './anyone/sight.js';
import { earliestMs, runDue } from './clockwork.js';
import { becomeJoiner } from './enter.js';
import { startLeaving } from './goodbye.js';
import { notePause } from './leader/fence.js';
import { startSuspicion } from './member/suspect.js';
import { receive } from './receive.js';
import type { HintInput, Input, Output, StartInput } from './state/messages.js';
import { followingOf, phaseOf, reignOf } from './state/place.js';
import type { State } from './state/state.js';
import { send, type Turn } from './state/turn.js';

/** Takes one input; inputs must come in the order of their `nowMs`. Never throws on what a stranger sent. */
export function step(state: State, input: Input): Output[] {
  const turn: Turn = {
    state,
    nowMs: input.nowMs,
    outputs: [],
    isMulticast: input.type === 'received' && input.multicast,
    leadershipChanged: false,
  };
  notePause(turn);
  take(turn, input);
  runDue(turn);
  // Never a time that has passed: what became due in this very turn would look like a pause in the next.
  state.askedMs = Math.max(turn.nowMs, earliestMs(state));
  if (turn.leadershipChanged) turn.outputs.push({ type: 'leadershipChanged' });
  return turn.outputs;
}

/** When to call `step` with a tick, on the clock of `nowMs`; Infinity while nothing is due. */
export function deadlineMs(state: State): number {
  return state.askedMs;
}

function take(turn: Turn, input: Input): void {
  switch (input.type) {
    case 'start':
      start(turn, input);
      return;
    case 'received':
      receive(turn, input);
      return;
    case 'tick':
      return;
    case 'hint':
      hinted(turn, input);
      return;
    case 'leave':
      startLeaving(turn);
      return;
    case 'endpointChanged':
      endpointChanged(turn, input.card);
      return;
    case 'staticPeersChanged':
      setStaticPeers(turn, input.addresses);
      return;
    case 'rememberedPeers':
      for (const address of input.addresses) remember(turn, address);
      restartSeeds(turn);
      return;
    case 'outside':
      knock(turn, input.to);
      return;
    case 'dial':
      askToDial(turn, input);
      return;
    case 'bridge':
      bridge(turn, input);
      return;
    case 'catalogueChanged':
      turn.state.catalogue = input.catalogue;
      return;
  }
}

function start(turn: Turn, input: StartInput): void {
  const { state, nowMs } = turn;
  if (state.place.at !== 'idle') return;
  state.card = input.card;
  state.startedMs = nowMs;
  state.wallOffsetMs = input.bornMs - nowMs;
  setStaticPeers(turn, input.staticPeers);
  for (const address of input.remembered) remember(turn, address);
  state.seeds.rememberAtMs = Infinity;
  becomeJoiner(turn, 'start');
}

/** The line to the leader broke: look immediately instead of after the next missed beats (S20). */
function hinted(turn: Turn, input: HintInput): void {
  const { state } = turn;
  const following = followingOf(state);
  if (following === null || state.leader?.peer !== input.leader) return;
  if (phaseOf(state) !== 'following') return;
  following.pingAtMs = Math.min(following.pingAtMs, turn.nowMs);
  startSuspicion(turn, following);
}

function endpointChanged(turn: Turn, card: StartInput['card']): void {
  const { state } = turn;
  // A HELLO on its way is outdated, and a leader accepts no other one before this host has proved itself.
  state.isCardNews = true;
  state.card = card;
  peersChanged(turn);
  turn.leadershipChanged = true;
  const reign = reignOf(state);
  if (reign !== null) {
    state.leaderCard = card;
    reign.slowBeatAtMs = turn.nowMs;
    return;
  }
  const body = helloBody(state, false);
  if (followingOf(state) !== null && state.leader?.address && body !== null)
    send(turn, state.leader.address, body);
}
