/** The leader's beats: fast to the standbys, slow to all, and the announcement of a new leader. */
import { AGE_MS_MAX, type BeatMessage, type ElectionHeader, type Standby } from '@iwanto/wire';
import type { Member } from '../state/member.js';
import { reignOf } from '../state/place.js';
import { provedMembers, type Reign, type State } from '../state/state.js';
import { multicast, send, spread, type Turn } from '../state/turn.js';
import { gapAfterMs } from './schedule.js';

/** Since taking office (S26); the first three by multicast too, the later ones only to members not heard since. */
const ANNOUNCE_AT_MS = [0, 15, 45, 150, 400, 900];
const ANNOUNCE_MULTICASTS = 3;

type BeatBody = Omit<BeatMessage, keyof ElectionHeader>;

function beatBody(state: State, nowMs: number, heardMs: number | null): BeatBody {
  const { leader } = state;
  const reign = reignOf(state);
  if (leader === null || reign === null) throw new Error('only a leader beats');
  const recent = nowMs - reign.sinceMs <= state.timers.previousMs ? reign.previous : null;
  return {
    type: 'beat',
    leader,
    standbys: state.standbys,
    members: provedMembers(state).length,
    rosterVersion: state.ownVersion,
    heardMs,
    previous: recent === null ? null : { peer: recent.peer, boot: recent.boot },
    card: heardMs === null ? state.card : null,
  };
}

/** A beat to anybody: with everything a newcomer needs. */
export const slowBeatBody = (state: State, nowMs: number): BeatBody => beatBody(state, nowMs, null);

export function fastBeat(turn: Turn, reign: Reign): void {
  const { state, nowMs } = turn;
  reign.fastBeatAtMs = nowMs + state.timers.fastBeatMs;
  reign.beatSeq = state.seq;
  reign.beatMs = nowMs;
  for (const each of state.standbys) beatTo(turn, each);
  for (const each of reign.demoted.splice(0))
    if (state.members.has(each.peer)) send(turn, each.address, slowBeatBody(state, nowMs));
}

function beatTo(turn: Turn, standby: Standby): void {
  const { state, nowMs } = turn;
  const member = state.members.get(standby.peer);
  if (member === undefined) return;
  const heardMs = Math.min(AGE_MS_MAX, Math.round(nowMs - member.heardMs));
  send(turn, member.address, beatBody(state, nowMs, heardMs));
}

export function slowBeat(turn: Turn, reign: Reign): void {
  const { state, nowMs } = turn;
  reign.slowBeatAtMs = nowMs + spread(state, state.timers.slowBeatMs, 0.1);
  multicast(turn, slowBeatBody(state, nowMs));
}

/** Announces the new leader to the members and the old leader; again to those that do not answer. */
export function announce(turn: Turn, reign: Reign): void {
  const { state, nowMs } = turn;
  const round = reign.announced;
  reign.announced += 1;
  // From now, not from taking office: a pause in between must not make the rest a burst.
  reign.announceAtMs = nowMs + (gapAfterMs(ANNOUNCE_AT_MS, round) ?? Infinity);
  const body = slowBeatBody(state, nowMs);
  if (round < ANNOUNCE_MULTICASTS) multicast(turn, body);
  for (const member of provedMembers(state))
    if (!heardSince(member, reign)) send(turn, member.address, body);
  if (reign.previous?.address) send(turn, reign.previous.address, body);
}

const heardSince = (member: Member, reign: Reign) => member.heardMs > reign.sinceMs;
