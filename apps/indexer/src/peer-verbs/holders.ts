/** `holders` between hosts: which of these contents this tracker knows, and who shares them. */
import type { Handler } from '@iwanto/bus';
import type { PeerVerbs } from '@iwanto/wire';
import type { TrackerDesk } from '../tracking/tracker-desk.js';

export const holders =
  (desk: TrackerDesk): Handler<PeerVerbs, 'holders'> =>
  (question) => {
    desk.mustServe();
    return desk.holders(question);
  };
