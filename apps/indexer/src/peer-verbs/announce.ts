/** `announce` between hosts: a peer reports to this tracker what changed in its catalogue. */
import type { Handler } from '@iwanto/bus';
import { Failure, type PeerId, type PeerVerbs } from '@iwanto/wire';
import type { TrackerDesk } from '../tracking/tracker-desk.js';
import { openAnnouncement } from '../tracking/tracker-signature.js';

/**
 * Accepted whether or not this host leads, because the news of who leads may be slower than an announcement; but only
 * from members, whoever brings it. One whose admission is not known here yet tries again immediately.
 */
export const announce =
  (
    desk: TrackerDesk,
    isBlocked: (peer: PeerId) => boolean,
    onTrouble: (sentence: string) => void,
  ): Handler<PeerVerbs, 'announce'> =>
  (question) => {
    const { announcement, rejected } = openAnnouncement(question);
    if (isBlocked(announcement.peer)) {
      throw new Failure('E_NO_LEADER', `Peer ${announcement.peer} is not admitted here.`);
    }
    desk.mustBeMember(announcement.peer);
    if (rejected > 0) onTrouble(`${rejected} lines of ${announcement.peer} break a limit.`);
    return desk.apply(announcement);
  };
