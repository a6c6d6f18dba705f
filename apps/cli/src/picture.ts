/** What `iwanto status` shows, put together from what each service knows; a service that is down only leaves its part out. */
import {
  type Bus,
  type Leadership,
  type Peers,
  SERVICES,
  type ServiceName,
  type ServiceStatus,
  type Shared,
} from '@iwanto/bus';
import { type BookAnswer, Failure, type PeerId } from '@iwanto/wire';

export type ServiceState = 'ready' | 'starting' | 'stopped';

export interface Picture {
  readonly peer: PeerId | null;
  readonly role: Leadership['role'] | null;
  readonly leader: PeerId | null;
  readonly epoch: number | null;
  /** Members of the cluster, this host included; files is null while the tracker cannot be asked. */
  readonly peers: readonly { peer: PeerId; address: string; files: number | null }[];
  readonly shared: Pick<Shared, 'folders' | 'files' | 'bytes' | 'indexing'> | null;
  readonly services: Record<ServiceName, ServiceState>;
  readonly details: readonly ServiceStatus[];
}

/** The book is one question more to the leader: a status must not wait long for it. */
const BOOK_LIMIT_MS = 1_500;

/** Asks all services at once. */
export async function lookAround(bus: Bus): Promise<Picture> {
  const [leadership, known, book, shared, ...statuses] = await Promise.all([
    unlessAbsent(bus.call('leader.get', {})),
    unlessAbsent(bus.call('peers.get', {})),
    unlessAbsent(bus.call('book', {}, { limitMs: BOOK_LIMIT_MS })),
    unlessAbsent(bus.call('share.get', {})),
    ...SERVICES.map((service) => unlessAbsent(bus.call(`${service}.status`, {}))),
  ]);
  const details = statuses.filter((status) => status !== undefined);
  return {
    peer: leadership?.peer ?? details[0]?.peer ?? null,
    role: leadership?.role ?? null,
    leader: leadership?.leader?.peer ?? null,
    epoch: leadership?.epoch ?? null,
    peers: members(known, book),
    shared: shared ? partOf(shared) : null,
    services: Object.fromEntries(
      SERVICES.map((service, at) => [service, stateOf(statuses[at])]),
    ) as Record<ServiceName, ServiceState>,
    details,
  };
}

const partOf = ({ folders, files, bytes, indexing }: Shared) => ({
  folders,
  files,
  bytes,
  indexing,
});

const stateOf = (status: ServiceStatus | undefined): ServiceState =>
  status === undefined ? 'stopped' : status.ready ? 'ready' : 'starting';

/** Who belongs to the cluster as the election sees it, with the tracker's count of their files. */
function members(known: Peers | undefined, book: BookAnswer | undefined): Picture['peers'] {
  const files = new Map(book?.peers.map((one) => [one.peer, one.files]));
  if (known === undefined) return book?.peers ?? [];
  return known.peers
    .filter(({ member, seen }) => member || seen === 'self')
    .map(({ peer, address }) => ({
      peer,
      address,
      files: book === undefined ? null : (files.get(peer) ?? 0),
    }));
}

/** The answer, or undefined where nobody can give one now. */
async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  const absent = ['E_NOT_RUNNING', 'E_NO_LEADER', 'E_NOT_LEADER', 'E_TIMEOUT'];
  return answer.catch((cause: unknown) => {
    if (cause instanceof Failure && absent.includes(cause.code)) return undefined;
    throw cause;
  });
}
