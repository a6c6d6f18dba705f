/** What the services know of the network, and how other hosts see this one. */
import { lookup } from 'node:dns/promises';
import {
  type Bus,
  type DownloadFolder,
  type KnownPeer,
  type Leadership,
  type NetworkView,
  type PeerCheckAnswer,
  SERVICES,
  type ServiceName,
  type ServiceStatus,
  type Shared,
} from '@iwanto/bus';
import { DEFAULT_PORTS } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { hostFrom } from '../input.js';
import { peerNames, withFingerprint } from '../peer-names.js';

/** The most peers that are asked: a doctor must not keep a large network busy. */
const PEERS_ASKED_MAX = 8;
const LOOK_UP_LIMIT_MS = 2_000;

export interface AskedPeer {
  readonly address: string;
  /** Absent if the host is not known to the election. */
  readonly known?: KnownPeer;
  readonly answer: PeerCheckAnswer;
}

export interface NetworkFacts {
  /** Undefined for a service that does not answer. */
  readonly services: Readonly<Record<ServiceName, ServiceStatus | undefined>>;
  readonly leadership: Leadership | undefined;
  readonly network: NetworkView | undefined;
  readonly shared: Shared | undefined;
  readonly downloadFolder: DownloadFolder | undefined;
  /** Other peers that the election knows. */
  readonly others: readonly KnownPeer[];
  readonly asked: readonly AskedPeer[];
  /** The host that the user named, if its name leads nowhere. */
  readonly unknownHost: string | undefined;
}

export async function networkFacts(bus: Bus, host: string | undefined): Promise<NetworkFacts> {
  const [leadership, network, peers, shared, downloadFolder, ...statuses] = await Promise.all([
    orUndefined(bus.call('leader.get', {})),
    orUndefined(bus.call('network.get', {})),
    orUndefined(bus.call('peers.get', {})),
    orUndefined(bus.call('share.get', {})),
    orUndefined(bus.call('folder.get', {})),
    ...SERVICES.map((service) => orUndefined(bus.call(`${service}.status`, {}))),
  ]);
  const [election, indexer, transfer] = statuses;
  const others = (peers?.peers ?? []).filter(({ seen }) => seen !== 'self');
  const targets = host === undefined ? others : await targetsOf(host, others);
  return {
    services: { election, indexer, transfer },
    leadership,
    network,
    shared,
    downloadFolder,
    others,
    asked: indexer ? await askAll(bus, targets.slice(0, PEERS_ASKED_MAX)) : [],
    unknownHost: host !== undefined && targets.length === 0 ? host : undefined,
  };
}

type Target = KnownPeer | { readonly address: string };

/** The known peers that a name, an address or the beginning of a peer id means; else the addresses of that host. */
async function targetsOf(typed: string, others: readonly KnownPeer[]): Promise<Target[]> {
  const names = peerNames(others);
  const called = others.filter(
    (one) => names.get(one.peer) === typed || withFingerprint(one) === typed,
  );
  if (called.length > 0) return called;
  const { host } = hostFrom(typed);
  const meant = others.filter(
    ({ peer, name, address }) => peer.startsWith(host) || name === host || address === host,
  );
  if (meant.length > 0) return meant;
  const addresses = await lookUp(host);
  const atAddress = others.filter(({ address }) => addresses.includes(address));
  return atAddress.length > 0 ? atAddress : addresses.slice(0, 1).map((address) => ({ address }));
}

async function lookUp(host: string): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<[]>((done) => {
    timer = setTimeout(() => done([]), LOOK_UP_LIMIT_MS);
  });
  const found = lookup(host, { all: true }).catch(() => []);
  const addresses = await Promise.race([found, late]).finally(() => clearTimeout(timer));
  return addresses.map(({ address }) => address);
}

async function askAll(bus: Bus, targets: readonly Target[]): Promise<AskedPeer[]> {
  const asked = await Promise.all(
    targets.map(async (target) => {
      const known = 'peer' in target ? target : undefined;
      const answer = await orUndefined(
        bus.call('peer.check', {
          address: target.address,
          indexerPort: known?.indexerPort ?? DEFAULT_PORTS.indexer,
          transferPort: known?.transferPort ?? DEFAULT_PORTS.transfer,
          curveKey: known?.curveKey ?? null,
        }),
      );
      return answer && { address: target.address, ...(known && { known }), answer };
    }),
  );
  return asked.filter((one) => one !== undefined);
}

/** The answer, or undefined if the service does not run or does not answer in time. */
async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((cause: unknown) => {
    if (cause instanceof Failure) return undefined;
    throw cause;
  });
}
