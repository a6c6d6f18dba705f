/** The standbys: which members a leader chooses, and what a member learns about them. */
import type { Standby, WelcomeMessage } from '@iwanto/wire';
import { LIMITS } from '../state/config.js';
import type { Member } from '../state/member.js';
import { reignOf } from '../state/place.js';
import { type Following, isCrowd, type State } from '../state/state.js';
import type { Turn } from '../state/turn.js';
import { byAge, sameBoot } from './rank.js';
import { remember } from './seeds.js';
import { setSecret } from './token.js';

/** What a welcome says besides who leads. */
export function takeWelcome(turn: Turn, following: Following, welcome: WelcomeMessage): void {
  const { state, nowMs } = turn;
  setSecret(state, welcome.secret);
  state.rank = welcome.rank;
  state.clusterOffsetMs = welcome.clusterNowMs - nowMs;
  state.leaderCard = welcome.card;
  takeStandbys(turn, following, welcome.standbys);
  turn.leadershipChanged = true;
}

export function takeStandbys(turn: Turn, following: Following, standbys: readonly Standby[]): void {
  const { state, nowMs } = turn;
  const before = state.standbys;
  const same =
    before.length === standbys.length &&
    before.every((each, at) => sameBoot(each, standbys[at] ?? null));
  const was = standbyIndex(state);
  if (was >= 0 && isDismissed(state, standbys) && inDoubt(turn, following)) return;
  state.standbys = standbys;
  if (!same) turn.leadershipChanged = true;
  if (was < 0 && standbyIndex(state) >= 0) following.watchFromMs = nowMs;
  if (same) return;
  for (const each of standbys) if (each.peer !== state.config.peer) remember(turn, each.address);
}

const isDismissed = ({ config }: State, standbys: readonly Standby[]) =>
  !standbys.some((each) => each.boot === config.boot);

/** A deaf leader dismisses all its standbys: one that misses its round trips stays a standby until that is settled. */
const inDoubt = ({ state, nowMs }: Turn, following: Following) =>
  nowMs - following.evidenceMs > 1.5 * state.timers.fastBeatMs;

/** My place among the standbys; -1 when I am none. */
export const standbyIndex = (state: State): number =>
  state.standbys.findIndex(
    (each) => each.peer === state.config.peer && each.boot === state.config.boot,
  );

/** The oldest members that answer beats (S13); called whenever one of them may have changed. */
export function chooseStandbys(turn: Turn): void {
  const { state, nowMs } = turn;
  const most = isCrowd(state) ? LIMITS.standbysInCrowd : LIMITS.standbys;
  const chosen: Member[] = [];
  for (const member of state.members.values()) {
    if (!member.confirmed || !member.fit) continue;
    const place = chosen.findIndex((each) => byAge(member, each) < 0);
    chosen.splice(place < 0 ? chosen.length : place, 0, member);
    if (chosen.length > most) chosen.pop();
  }
  const before = new Set(state.standbys.map((each) => each.boot));
  for (const member of chosen) if (!before.has(member.boot)) member.ackedMs = nowMs;
  if (chosen.length !== before.size || chosen.some((each) => !before.has(each.boot))) {
    turn.leadershipChanged = true;
    // So that all members learn of it, including those without multicast.
    state.ownVersion += 1;
  }
  const stay = new Set(chosen.map((each) => each.boot));
  reignOf(state)?.demoted.push(...state.standbys.filter((each) => !stay.has(each.boot)));
  state.standbys = chosen.map(asStandby);
}

const asStandby = ({ peer, boot, rank, address }: Member): Standby => ({
  peer,
  boot,
  rank,
  address,
});
