/** `search` between hosts: this tracker's answer to another peer. */
import type { Handler } from '@iwanto/bus';
import type { PeerVerbs } from '@iwanto/wire';
import type { TrackerDesk } from '../tracking/tracker-desk.js';

export const search =
  (desk: TrackerDesk): Handler<PeerVerbs, 'search'> =>
  (question) => {
    desk.mustServe();
    return desk.search(question);
  };
