/** Runs the groups of this host: their members are asked for what the leader does not know. */
import type { CurveKeys, KnownPeer } from '@iwanto/bus';
import type { Group, PeerWays } from '@iwanto/service';
import type { PeerId, SearchResult } from '@iwanto/wire';
import { GroupAsking } from './group-asking.js';
import type { GroupShelves } from './group-shelves.js';
import { type Served, withGroups } from './with-groups.js';

export interface GroupTools {
  /** Every group that this host is a member of. */
  readonly groups: readonly Group[];
  readonly shelves: GroupShelves;
}

export interface GroupHost {
  readonly identity: { readonly peer: PeerId; readonly curve: CurveKeys };
  readonly groups?: GroupTools;
}

/** The peers that are online, and how they are reached. */
export interface GroupSurroundings {
  knownHere(peer: PeerId): KnownPeer | undefined;
  members(): readonly KnownPeer[];
  readonly ways: Pick<PeerWays, 'detoursTo'>;
}

const nowMs = () => performance.now();

export interface OpenGroups {
  /** The verbs of the bus, which now answer with what groups share, too. */
  joined<S extends Served>(handlers: S): S;
  /** What members share with this host's groups alone and fits the query; nothing if it is only like it. */
  readonly search: (query: string, limit: number) => Promise<SearchResult[]>;
  close(): void;
}

/** Without a group nobody is asked. */
export function openGroups(
  { identity, groups: tools }: GroupHost,
  around: GroupSurroundings,
): OpenGroups {
  if (!tools || tools.groups.length === 0) {
    return { joined: (handlers) => handlers, search: async () => [], close: () => undefined };
  }
  const { peer: self, curve: keys } = identity;
  const asking = new GroupAsking({
    ...{ self, keys, groups: tools.groups, nowMs },
    peers: () => around.members(),
    detoursTo: around.ways.detoursTo,
  });
  const { shelves } = tools;
  const known = (peer: PeerId) => around.knownHere(peer);
  return {
    joined: (handlers) => ({
      ...handlers,
      ...withGroups(handlers, { self, asking, shelves, known, nowMs }),
    }),
    search: async (query, limit) => {
      const told = await asking.ask('search', { query, limit });
      return told.flatMap(({ answer }) => (answer.similar ? [] : answer.results));
    },
    close: () => asking.close(),
  };
}
