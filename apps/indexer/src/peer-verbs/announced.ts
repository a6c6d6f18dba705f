/** `announced` between hosts: up to where this tracker holds the catalogue of a peer. */
import type { Handler } from '@iwanto/bus';
import type { PeerVerbs } from '@iwanto/wire';
import type { TrackerDesk } from '../tracking/tracker-desk.js';

export const announced =
  (desk: TrackerDesk): Handler<PeerVerbs, 'announced'> =>
  ({ peer }) =>
    desk.held(peer);
