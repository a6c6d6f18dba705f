/** Goodbye: sent three times, so that a standby takes over immediately (S41). */
import { gapAfterMs } from './anyone/schedule.js';
import { tellRemembered } from './anyone/seeds.js';
import { becomeLeaving, becomeLeft } from './enter.js';
import { type Leaving, provedMembers } from './state/state.js';
import { multicast, send, type Turn } from './state/turn.js';

/** Since the `leave` input. */
const GOODBYE_AT_MS = [0, 15, 45];
/** Members that a leaving leader informs one by one: enough for all standbys and small clusters. */
const TOLD_MAX = 32;

export function startLeaving(turn: Turn): void {
  const { place } = turn.state;
  if (place.at === 'idle' || place.at === 'leaving' || place.at === 'left') return;
  becomeLeaving(turn, place);
}

export function sayGoodbye(turn: Turn, leaving: Leaving): void {
  const { state } = turn;
  const { leader } = state;
  multicast(turn, { type: 'leave' });
  if (leader?.address) send(turn, leader.address, { type: 'leave' });
  const told = new Set(state.standbys.map((each) => each.peer));
  for (const each of state.standbys)
    if (each.peer !== state.config.peer) send(turn, each.address, { type: 'leave' });
  if (leaving.was.at === 'leading')
    for (const member of provedMembers(state).slice(0, TOLD_MAX))
      if (!told.has(member.peer)) send(turn, member.address, { type: 'leave' });
  const gapMs = gapAfterMs(GOODBYE_AT_MS, leaving.said);
  leaving.said += 1;
  if (gapMs === undefined) finish(turn);
  else leaving.atMs += gapMs;
}

function finish(turn: Turn): void {
  becomeLeft(turn, 'goodbyes said');
  if (turn.state.seeds.rememberAtMs < Infinity) tellRemembered(turn);
  turn.outputs.push({ type: 'left' });
}
