/** How far the words of others carry the epoch: anybody may name one, and there is no way back (HOSTILE 8). */
import type { Address, BootRef, ElectionMessage, LeaderTuple } from '@iwanto/wire';
import { LIMITS } from './config.js';
import { leadInEpoch } from './lead.js';
import { allow } from './rates.js';
import type { State } from './state.js';
import { type Turn, log } from './turn.js';

/** 1 January 2020, ms since 1970: before any election of this kind. */
const EPOCHS_SINCE_MS = 1_577_836_800_000;
/** Clocks of hosts may differ by so much. */
const CLOCKS_DIFFER_SECONDS = 86_400;

/**
 * No epoch is later: it would take a change of leader in each second since 2020. A bound on single jumps
 * would not do: two of them carry a cluster out of reach of those who come anew, for ever. This one
 * moves on, so that whoever is at it can always go one further.
 */
function latestEpoch({ wallOffsetMs }: State, nowMs: number): number {
  const seconds = (wallOffsetMs + nowMs - EPOCHS_SINCE_MS) / 1_000;
  return Math.max(LIMITS.epochAlways, seconds + CLOCKS_DIFFER_SECONDS);
}

const epochOf = (leader: LeaderTuple | BootRef | null): number =>
  leader !== null && 'epoch' in leader ? leader.epoch : 0;

function latestNamed(message: ElectionMessage): number {
  const claimed = message.type === 'claim' ? message.claimEpoch : 0;
  const led = 'leader' in message ? epochOf(message.leader) : 0;
  return Math.max(message.epoch, claimed, led);
}

/** Whether a datagram names an epoch that cannot be: then it is void; told once a second at most. */
export function namesImpossibleEpoch(turn: Turn, message: ElectionMessage, from: Address): boolean {
  const epoch = latestNamed(message);
  if (epoch <= latestEpoch(turn.state, turn.nowMs)) return false;
  if (allow(turn, 'impossible epoch', 1))
    log(turn, 'warn', `${from.address} names epoch ${epoch}, which is too far ahead: ignored.`);
  return true;
}

/** A leader goes on in the epoch that somebody named. */
export function followEpoch(turn: Turn, epoch: number): void {
  if (epoch > turn.state.epoch && allow(turn, 'epoch', LIMITS.raisesPerSecond))
    leadInEpoch(turn, epoch);
}
