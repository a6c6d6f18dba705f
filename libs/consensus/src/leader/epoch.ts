/** How far others can raise the epoch: anybody may name one, and there is no way back (HOSTILE 8). */
import type { Address, BootRef, ElectionMessage, LeaderTuple } from '@iwanto/wire';
import { sameBoot } from '../anyone/rank.js';
import { allow } from '../anyone/rates.js';
import { LIMITS } from '../state/config.js';
import type { State } from '../state/state.js';
import { log, type Turn } from '../state/turn.js';
import { leadInEpoch } from './lead.js';

/** 1 January 2020, ms since 1970: before any election of this kind. */
const EPOCHS_SINCE_MS = 1_577_836_800_000;
const HOUR_SECONDS = 3_600;
/** How far above the seconds since 2020 an epoch is followed, and up to where a datagram counts (S12): clocks of hosts differ. */
const FOLLOWED_SECONDS = 12 * HOUR_SECONDS;
const HEARD_SECONDS = 24 * HOUR_SECONDS;

/**
 * No honest epoch is later than the seconds since 2020: it would take a change of leader in each of them. A
 * bound on single jumps would not do: two of them carry a cluster out of reach of those who come again, for ever.
 * This bound moves on.
 */
function latestEpoch({ wallOffsetMs }: State, nowMs: number, slackSeconds: number): number {
  const seconds = (wallOffsetMs + nowMs - EPOCHS_SINCE_MS) / 1_000;
  return Math.max(LIMITS.epochAlways, seconds) + slackSeconds;
}

/** Whether to adopt an epoch that somebody named: only so far that all others still accept me. */
export const isFollowed = ({ state, nowMs }: Turn, epoch: number): boolean =>
  epoch <= latestEpoch(state, nowMs, FOLLOWED_SECONDS);

const epochOf = (leader: LeaderTuple | BootRef | null): number =>
  leader !== null && 'epoch' in leader ? leader.epoch : 0;

function latestNamed(message: ElectionMessage): number {
  const claimed = message.type === 'claim' ? message.claimEpoch : 0;
  const led = 'leader' in message ? epochOf(message.leader) : 0;
  return Math.max(message.epoch, claimed, led);
}

/** Whether a datagram names an impossible epoch: then it is void, unless it is from my own leader; logged at most once per second. */
export function namesImpossibleEpoch(turn: Turn, message: ElectionMessage, from: Address): boolean {
  const { state, nowMs } = turn;
  const epoch = latestNamed(message);
  if (epoch <= latestEpoch(state, nowMs, HEARD_SECONDS)) return false;
  if (sameBoot({ peer: message.sender, boot: message.boot }, state.leader)) return false;
  if (allow(turn, 'impossible epoch', 1))
    log(
      turn,
      'warn',
      `${from.address} names epoch ${epoch}, which is too far ahead: ignored. Is the clock of one of the two hosts wrong?`,
    );
  return true;
}

/** A leader continues in the epoch that somebody named. */
export function followEpoch(turn: Turn, epoch: number): void {
  if (epoch <= turn.state.epoch || !isFollowed(turn, epoch)) return;
  if (allow(turn, 'epoch', LIMITS.raisesPerSecond)) leadInEpoch(turn, epoch);
}
