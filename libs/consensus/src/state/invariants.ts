/** What must hold of one state after every step: checked by the simulator, never at run time. */
import { STANDBYS_MAX } from '@iwanto/wire';
import { LIMITS } from './config.js';
import { joiningOf } from './place.js';
import type { State } from './state.js';

/** Its type ensures that a place has exactly one record; the state beside it must match (I2). */
function leaderDisagrees(state: State): string | null {
  const { place, leader, config, epoch } = state;
  switch (place.at) {
    case 'leading':
      if (leader?.peer !== config.peer || leader.boot !== config.boot)
        return 'I2: leads, but names another leader';
      break;
    case 'following':
      if (leader === null || leader.peer === config.peer) return 'I2: follows nobody or itself';
      break;
    case 'joining':
      return leader === null ? null : 'I2: joins, and has a leader already';
    default:
      return null;
  }
  return leader.epoch === epoch ? null : `I2: in epoch ${epoch}, its leader in ${leader.epoch}`;
}

function tooLarge(state: State): string | null {
  if (state.members.size > LIMITS.rosterMax) return 'I12: too many members';
  if ((joiningOf(state)?.joiners.size ?? 0) > LIMITS.joinersMax) return 'I12: too many joiners';
  if (state.seeds.remembered.size > LIMITS.rememberedMax) return 'I12: too much remembered';
  if (state.buckets.size > LIMITS.strangersMax) return 'I12: too many buckets';
  if (state.sightings.size > LIMITS.strangersMax) return 'I12: too many sightings';
  if (state.heard.size > LIMITS.windowsMax) return 'I12: too many replay windows';
  if (state.standbys.length > STANDBYS_MAX) return 'I12: too many standbys';
  return state.members.has(state.config.peer) ? 'I2: is its own member' : null;
}

/** The first invariant that does not hold, with its number in docs/consensus.md; null when all do. */
export function brokenInvariant(state: State): string | null {
  return leaderDisagrees(state) ?? tooLarge(state);
}
