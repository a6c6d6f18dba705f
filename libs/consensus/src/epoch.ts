/** How far the words of others carry the epoch: anybody may name one, and there is no way back (HOSTILE 8). */
import type { Address } from '@iwanto/wire';
import { LIMITS } from './config.js';
import { leadInEpoch } from './lead.js';
import { isEpochJump } from './rank.js';
import { allow, allowMany } from './rates.js';
import { type Turn, log } from './turn.js';

/** No honest epoch is so far ahead; told once a second at most. */
export function isTooFarAhead(turn: Turn, epoch: number, from: Address): boolean {
  if (!isEpochJump(turn.state.epoch, epoch)) return false;
  if (allow(turn, 'jump', 1))
    log(turn, 'warn', `Epoch ${epoch} from ${from.address} is too far ahead: ignored.`);
  return true;
}

/** A leader goes on in the epoch that somebody named: by so much at once, and slower in the long run than 48 bits last. */
export function followEpoch(turn: Turn, epoch: number, from: Address): void {
  const raise = epoch - turn.state.epoch;
  if (raise <= 0 || isTooFarAhead(turn, epoch, from)) return;
  const rate = { perSecond: LIMITS.epochsPerSecond, atOnce: LIMITS.epochJumpMax, count: raise };
  if (allowMany(turn, 'epoch', rate)) leadInEpoch(turn, epoch);
}
