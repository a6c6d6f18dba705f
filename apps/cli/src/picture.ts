/** What `iwanto status` shows, assembled from what each service knows; a service that is down only leaves its part out. */
import {
  type Bus,
  type Download,
  type LeaderFinds,
  type Leadership,
  type Mapping,
  type NetworkFault,
  type Peers,
  type Relaying,
  SERVICES,
  type ServiceName,
  type ServiceStatus,
  type Shared,
  unlessAbsent,
} from '@iwanto/bus';
import type { BookAnswer, PeerId } from '@iwanto/wire';
import { peerNames } from './peer-names.js';

export type ServiceState = 'ready' | 'starting' | 'stopped';

export interface Picture {
  readonly peer: PeerId | null;
  /** What people call this host. */
  readonly name: string | null;
  readonly role: Leadership['role'] | null;
  readonly leader: PeerId | null;
  readonly leaderName: string | null;
  readonly epoch: number | null;
  /** Members of the cluster, this host included; files is null while the tracker cannot be asked. */
  readonly peers: readonly Member[];
  readonly downloads: readonly Download[];
  readonly shared: Pick<Shared, 'folders' | 'files' | 'bytes' | 'indexing'> | null;
  /** Contents that this host fetches or has fetched, and serves on. */
  readonly fetched: number;
  /** Whether the leader finds what is shared here. */
  readonly findable: LeaderFinds['findable'];
  readonly services: Record<ServiceName, ServiceState>;
  readonly details: readonly ServiceStatus[];
  /** What this host relays between others; null if it cannot be asked. */
  readonly relaying: Relaying | null;
  /** What a router maps to this host. */
  readonly mapping: Mapping | null;
  /** What does not work between this host and the network, one sentence each. */
  readonly troubles: readonly string[];
}

export interface Member {
  readonly peer: PeerId;
  /** As it is shown here: with the fingerprint if two have the same name. */
  readonly name: string;
  readonly address: string;
  /** Null while the tracker cannot be asked. */
  readonly files: number | null;
  readonly roundTripMs: number | null;
}

/** The book takes one more request to the leader: a status must not wait long for it. */
const BOOK_LIMIT_MS = 1_500;

/** Asks all services at the same time. */
export async function lookAround(bus: Bus): Promise<Picture> {
  const [leadership, known, network, book, shared, finds, ways, held, downloads, ...statuses] =
    await Promise.all([
      unlessAbsent(bus.call('leader.get', {})),
      unlessAbsent(bus.call('peers.get', {})),
      unlessAbsent(bus.call('network.get', {})),
      unlessAbsent(bus.call('book', {}, { limitMs: BOOK_LIMIT_MS })),
      unlessAbsent(bus.call('share.get', {})),
      // A service of an earlier version, which an upgrade left running, does not know the question.
      bus.call('findable.get', {}).catch(() => undefined),
      bus.call('ways.get', {}).catch(() => undefined),
      bus.call('holdings.get', {}).catch(() => undefined),
      unlessAbsent(bus.call('download.list', {})),
      ...SERVICES.map((service) => unlessAbsent(bus.call(`${service}.status`, {}))),
    ]);
  const details = statuses.filter((status) => status !== undefined);
  const names = peerNames(known?.peers ?? []);
  const peer = leadership?.peer ?? details[0]?.peer ?? null;
  const leader = leadership?.leader?.peer ?? null;
  return {
    peer,
    name: (peer && names.get(peer)) ?? null,
    role: leadership?.role ?? null,
    leader,
    leaderName: (leader && names.get(leader)) ?? null,
    epoch: leadership?.epoch ?? null,
    peers: members(known, book, names),
    downloads: downloads?.downloads ?? [],
    shared: shared ? partOf(shared) : null,
    fetched: held?.holdings.length ?? 0,
    findable: finds?.findable ?? 'unchecked',
    services: Object.fromEntries(
      SERVICES.map((service, at) => [service, stateOf(statuses[at])]),
    ) as Record<ServiceName, ServiceState>,
    details,
    relaying: ways?.relaying ?? null,
    mapping: network?.mapping ?? null,
    troubles: [
      ...(network?.troubles ?? []),
      ...(network?.faults ?? []).map(faultText),
      ...details.flatMap(({ troubles }) => troubles),
    ],
  };
}

const faultText = ({ text, remedy }: NetworkFault): string =>
  `${text}. ${remedy.replace(/\.$/, '')}`;

const partOf = ({ folders, files, bytes, indexing }: Shared) => ({
  folders,
  files,
  bytes,
  indexing,
});

const stateOf = (status: ServiceStatus | undefined): ServiceState =>
  status === undefined ? 'stopped' : status.ready ? 'ready' : 'starting';

/** Who belongs to the cluster as the election sees it, with the tracker's count of their files. */
function members(
  known: Peers | undefined,
  book: BookAnswer | undefined,
  names: ReadonlyMap<PeerId, string>,
): Member[] {
  const files = new Map(book?.peers.map((one) => [one.peer, one.files]));
  if (known === undefined) {
    return (book?.peers ?? []).map((one) => ({ ...one, name: one.peer, roundTripMs: null }));
  }
  return known.peers
    .filter(({ member, seen }) => member || seen === 'self')
    .map(({ peer, address, roundTripMs, seen }) => ({
      ...{ peer, name: names.get(peer) ?? peer, address },
      files: book === undefined ? null : (files.get(peer) ?? 0),
      roundTripMs: seen === 'self' ? null : roundTripMs,
    }));
}
