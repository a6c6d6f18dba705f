/** First contact without multicast: the addresses a user gave and the addresses this host has met. */
import { type Address, forgetOldest } from '@iwanto/wire';
import { LIMITS } from '../state/config.js';
import { followingOf, leads, phaseOf } from '../state/place.js';
import { provedMembers, type State } from '../state/state.js';
import { log, send, spread, type Turn } from '../state/turn.js';
import { addressText } from './address.js';
import { slowBeatBody } from './beat.js';
import { gapAfterMs } from './schedule.js';

/** Seeds of one round, so that a round is never a burst. */
const SEEDS_PER_ROUND = 24;
/** A member that does not lead tries only a few: its leader tries all. */
const MEMBER_SEEDS_PER_ROUND = 2;
const REMEMBER_AFTER_MS = 1_000;
/** After a change (S44), as one datagram may be lost and a long chain of acquaintances needs several; then each `seedMs`. */
const SEED_AT_MS = [100, 400, 1_200, 3_000];

/** Keeps an address to be tried after a restart (S43); the oldest of 64 is dropped. */
export function remember(turn: Turn, address: Address): void {
  const { seeds } = turn.state;
  const text = addressText(address);
  if (!seeds.remembered.delete(text)) {
    if (seeds.remembered.size >= LIMITS.rememberedMax) forgetOldest(seeds.remembered);
    seeds.rememberAtMs = Math.min(seeds.rememberAtMs, turn.nowMs + REMEMBER_AFTER_MS);
  }
  seeds.remembered.set(text, address);
}

export function tellRemembered(turn: Turn): void {
  const { seeds } = turn.state;
  seeds.rememberAtMs = Infinity;
  turn.outputs.push({ type: 'remember', addresses: [...seeds.remembered.values()] });
}

export function setStaticPeers(turn: Turn, addresses: readonly Address[]): void {
  const { seeds } = turn.state;
  if (addresses.length > LIMITS.staticMax)
    log(turn, 'warn', `Only the first ${LIMITS.staticMax} static peers are used: remove some.`);
  seeds.staticPeers = addresses.slice(0, LIMITS.staticMax);
  restartSeeds(turn);
}

/** Tries the seeds soon, and often: something changed. */
export function restartSeeds(turn: Turn): void {
  const { state, nowMs } = turn;
  state.seeds.sinceMs = nowMs;
  state.seeds.rounds = 0;
  state.seeds.probeAtMs = nowMs + spread(state, SEED_AT_MS[0]!, 0.5);
}

/** Another cluster became known: a lost datagram must not delay the meeting by a whole period. */
export function hastenSeeds(turn: Turn): void {
  const { seeds, timers } = turn.state;
  if (turn.nowMs - seeds.sinceMs > timers.seedMs) restartSeeds(turn);
}

/** Addresses of peers that are, as far as known, not in this cluster; at most `most` remembered ones, in turn. */
export function seedTargets(state: State, most: number = SEEDS_PER_ROUND): Address[] {
  const inside = new Set<string>();
  for (const member of provedMembers(state)) inside.add(addressText(member.address));
  if (state.leader?.address) inside.add(addressText(state.leader.address));
  const outside = (address: Address) => !inside.has(addressText(address));
  const given = state.seeds.staticPeers.filter(outside);
  const texts = new Set(given.map(addressText));
  const met = [...state.seeds.remembered.values()].filter(
    (address) => outside(address) && !texts.has(addressText(address)),
  );
  const first = met.length <= most ? 0 : Math.floor(state.config.random() * met.length);
  const chosen = [...met.slice(first), ...met.slice(0, first)].slice(0, most);
  return [...given, ...chosen];
}

/** A member that lacks a part of the roster would take its own cluster for outsiders. */
function knowsAll(state: State): boolean {
  const following = followingOf(state);
  if (following === null || following.members === 0) return false;
  return state.members.size >= following.members - 1;
}

/** A leader announces itself to addresses outside, a member names its leader to them: so split clusters find each other. */
export function probeSeeds(turn: Turn): void {
  const { state, nowMs } = turn;
  const { seeds, timers } = state;
  const late = nowMs - seeds.sinceMs > timers.seedLaterAfterMs;
  const periodMs = late ? timers.seedLaterMs : timers.seedMs;
  seeds.probeAtMs = nowMs + spread(state, gapAfterMs(SEED_AT_MS, seeds.rounds) ?? periodMs, 0.2);
  seeds.rounds += 1;
  if (leads(state)) {
    for (const address of seedTargets(state)) send(turn, address, slowBeatBody(state, nowMs));
  } else if (phaseOf(state) === 'following' && state.leader !== null) {
    for (const address of seedTargets(state, knowsAll(state) ? MEMBER_SEEDS_PER_ROUND : 0))
      send(turn, address, { type: 'hint', leader: state.leader });
  }
}
