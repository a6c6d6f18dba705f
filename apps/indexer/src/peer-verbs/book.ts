/** `book` between hosts: every peer this tracker knows, and how many files each shares. */
import type { Handler } from '@iwanto/bus';
import type { PeerVerbs } from '@iwanto/wire';
import type { TrackerDesk } from '../tracking/tracker-desk.js';

export const book =
  (desk: TrackerDesk): Handler<PeerVerbs, 'book'> =>
  () => {
    desk.mustServe();
    return desk.book();
  };
