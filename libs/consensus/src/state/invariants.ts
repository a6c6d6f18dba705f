/** What must hold of one state after every step: checked by the simulator, never at run time. */
import { SUCCESSORS_MAX } from '@iwanto/wire';
import { LIMITS } from './config.js';
import type { State } from './state.js';

function rolesDisagree(state: State): string | null {
  const { phase, leader, config, epoch } = state;
  switch (phase) {
    case 'leading':
    case 'suspended':
      if (leader?.peer !== config.peer || leader.boot !== config.boot)
        return 'I2: leads, but names another leader';
      if (state.reign === null || state.following !== null || state.joining !== null)
        return 'I2: leads, and is something else too';
      break;
    case 'following':
    case 'suspecting':
    case 'claiming':
      if (leader === null || leader.peer === config.peer) return 'I2: follows nobody or itself';
      if (state.following === null || state.reign !== null || state.joining !== null)
        return 'I2: follows, and is something else too';
      if ((phase === 'following') !== (state.suspicion === null))
        return `I2: suspicion does not fit ${phase}`;
      break;
    case 'joining':
      if (leader !== null || state.reign !== null || state.following !== null)
        return 'I2: joins, and has a place already';
      return state.joining === null ? 'I2: joins without knowing' : null;
    default:
      return null;
  }
  return leader.epoch === epoch ? null : `I2: in epoch ${epoch}, its leader in ${leader.epoch}`;
}

function tooLarge(state: State): string | null {
  if (state.members.size > LIMITS.rosterMax) return 'I12: too many members';
  if ((state.joining?.joiners.size ?? 0) > LIMITS.joinersMax) return 'I12: too many joiners';
  if (state.seeds.remembered.size > LIMITS.rememberedMax) return 'I12: too much remembered';
  if (state.buckets.size > LIMITS.strangersMax) return 'I12: too many buckets';
  if (state.sightings.size > LIMITS.strangersMax) return 'I12: too many sightings';
  if (state.heard.size > LIMITS.windowsMax) return 'I12: too many replay windows';
  if (state.successors.length > SUCCESSORS_MAX) return 'I12: too many standbys';
  return state.members.has(state.config.peer) ? 'I2: is its own member' : null;
}

/** The first invariant that does not hold, with its number in docs/consensus.md; null when all do. */
export function brokenInvariant(state: State): string | null {
  return rolesDisagree(state) ?? tooLarge(state);
}
