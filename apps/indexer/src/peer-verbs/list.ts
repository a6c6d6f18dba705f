/** `list` between hosts: what this host shares in one folder. */
import type { Handler } from '@iwanto/bus';
import { LIST_ENTRIES_MAX, type ListAnswer, type PeerVerbs } from '@iwanto/wire';

/** The source of a folder's listing: the catalogue. */
export interface Listing {
  list(path: string, after: string, limit: number): ListAnswer;
}

export const list =
  (listing: Listing): Handler<PeerVerbs, 'list'> =>
  ({ path, after }) =>
    listing.list(path, after, LIST_ENTRIES_MAX);
