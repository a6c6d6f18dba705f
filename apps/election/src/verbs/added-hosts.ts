/** `peers.added`: the hosts that the user added, with what is known about each. */
import type { AddedHost } from '@iwanto/bus';
import type { Address } from '@iwanto/wire';
import type { Election } from '../election.js';
import type { StaticPeers } from '../static-peers.js';

export interface AddedHostsContext {
  readonly staticPeers: Pick<StaticPeers, 'known'>;
  readonly election: Pick<Election, 'heardHosts' | 'nowMs'>;
}

export const addedHosts = ({ staticPeers, election }: AddedHostsContext): AddedHost[] => {
  const agoOf = (addresses: readonly Address[]) =>
    election.heardHosts.agoOf(addresses, election.nowMs());
  return staticPeers.known().map(({ host, port, addresses, sinceMs }) => ({
    host,
    port,
    addresses: addresses.map(({ address }) => address),
    heardMsAgo: agoOf(addresses),
    peers: election.heardHosts.peersAt(addresses),
    silent: addresses.filter((each) => agoOf([each]) === null).map(({ address }) => address),
    addedMsAgo: Math.max(0, performance.now() - sinceMs),
  }));
};
