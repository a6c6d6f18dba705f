/** `added` between hosts: what was added to this tracker since the last question. */
import type { Handler } from '@iwanto/bus';
import type { PeerVerbs } from '@iwanto/wire';
import type { TrackerDesk } from '../tracking/tracker-desk.js';

export const added =
  (desk: TrackerDesk): Handler<PeerVerbs, 'added'> =>
  ({ id, since }) => {
    desk.mustServe();
    return desk.added(id, since);
  };
