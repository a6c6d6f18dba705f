/** What follows from a place: the phase, and the record of the role that a process plays. */
import type { Following, Joining, Place, Reign, State } from './state.js';
import type { Phase } from './transitions.js';

/** The phase that follows from a place and its open side machines. */
export function phaseIn(place: Place): Phase {
  switch (place.at) {
    case 'following':
      if (place.suspicion === null) return 'following';
      return place.suspicion.isClaim ? 'claiming' : 'suspecting';
    case 'leading':
      return place.suspension === null ? 'leading' : 'suspended';
    default:
      return place.at;
  }
}

/** The phase of the diagram in docs/consensus.md. */
export const phaseOf = (state: State): Phase => phaseIn(state.place);

/** The record of a joiner; null for everybody else. */
export const joiningOf = ({ place }: State): Joining | null =>
  place.at === 'joining' ? place : null;

/** The record of a member; null for everybody else. */
export const followingOf = ({ place }: State): Following | null =>
  place.at === 'following' ? place : null;

/** The record of a leader, suspended or not; null for everybody else. */
export const reignOf = ({ place }: State): Reign | null => (place.at === 'leading' ? place : null);

/** True while this process may act as leader. */
export const leads = (state: State): boolean => phaseOf(state) === 'leading';

/** Whether this process is among the standbys of its leader. */
export const isStandby = ({ standbys, config }: State): boolean =>
  standbys.some((each) => each.boot === config.boot);
