/** `locate` between hosts: what a hash names and who has it, according to this tracker. */
import type { Handler } from '@iwanto/bus';
import type { PeerVerbs } from '@iwanto/wire';
import type { TrackerDesk } from '../tracking/tracker-desk.js';

export const locate =
  (desk: TrackerDesk): Handler<PeerVerbs, 'locate'> =>
  ({ hash }) => {
    desk.mustServe();
    return desk.locate(hash);
  };
