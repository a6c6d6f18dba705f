/** `share.rescan`: every shared folder is compared with the catalogue; with `full`, everything is hashed again. */
import { setTimeout as after } from 'node:timers/promises';
import type { Handler, Verbs } from '@iwanto/bus';
import type { Folders } from '../folders.js';
import type { GroupShelves } from '../groups/group-shelves.js';

/** How long the answer waits for the scan, in ms; a longer one continues in the background. */
const WAIT_MAX_MS = 4_000;

export const shareRescan =
  ({ catalogue, indexing }: Folders, shelves: GroupShelves): Handler<Verbs, 'share.rescan'> =>
  async ({ full }) => {
    const giveUp = new AbortController();
    const late = after(WAIT_MAX_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
    const compared = Promise.all([indexing.rescan(full), shelves.rescan(full)]);
    await Promise.race([compared, late]);
    giveUp.abort();
    return { revision: catalogue.revision };
  };
