/**
 * What is wrong between this host and its network as far as the election sees it, with the remedy: judged here once,
 * for `iwanto status`, the doctor and the log.
 */
import type { AddedHost, KnownPeer, Leadership, NetworkFault, NetworkView } from '@iwanto/bus';
import { MULTICAST_GROUP, type PeerId, endpointText, sharesPrefix } from '@iwanto/wire';

/** A leader multicasts every second: after this long without a datagram, multicast does not arrive. */
const MULTICAST_MS_MAX = 10_000;
/** What was last noticed longer ago counts as over. */
const LATELY_MS = 120_000;
/** A host has this long to answer, or to join. */
const PATIENCE_MS = 20_000;
const POINT_TO_POINT_BITS = 31;
/** A host that is merely busy has answered, or joined, by then. */
const MUTE_MS = 60_000;
/** Hosts that are named for one kind of fault. */
const NAMED_MAX = 4;

type View = Pick<
  NetworkView,
  'discoveryPort' | 'addresses' | 'heard' | 'outside' | 'otherVersions'
>;

export interface FaultFacts {
  readonly network: View;
  readonly leadership: Leadership;
  readonly peers: readonly KnownPeer[];
  readonly added: readonly AddedHost[];
}

export const faultsOf = (facts: FaultFacts): NetworkFault[] => [
  ...ofMulticast(facts),
  ...ofOneWay(facts),
  ...ofStrangers(facts),
  ...ofAdded(facts),
];

const within = (ms: number, ago: number | null | undefined): boolean =>
  ago !== null && ago !== undefined && ago <= ms;

const isNear = ({ addresses }: View, address: string): boolean =>
  addresses.some(({ address: own, prefixBits }) => sharesPrefix(own, address, prefixBits));

const isLoopbackOnly = ({ addresses }: View): boolean =>
  addresses.every(({ loopback }) => loopback);

/** Multicast of a leader of the same subnet has to arrive here, and a leader's own has to come back. */
function ofMulticast({ network, leadership }: FaultFacts): NetworkFault[] {
  const { leader, peer } = leadership;
  if (!leader || isLoopbackOnly(network)) return [];
  if (leader.peer === peer) return ofOwnMulticast(network);
  const heard = network.heard.find((each) => each.peer === leader.peer);
  const isLost =
    isNear(network, leader.address) &&
    within(MULTICAST_MS_MAX, heard?.unicastMsAgo) &&
    !within(MULTICAST_MS_MAX, heard?.multicastMsAgo);
  if (!isLost) return [];
  return [
    {
      ...{ check: 'multicast', level: 'warning' },
      text: `multicast of the leader at ${leader.address} does not arrive here: new hosts will not be found`,
      remedy: `Allow UDP ${network.discoveryPort} to ${MULTICAST_GROUP.four} and ${MULTICAST_GROUP.six} on both hosts and in the switches between them (IGMP snooping), or run "iwanto peers add ${leader.address}".`,
    },
  ];
}

const ofOwnMulticast = ({ addresses, discoveryPort }: View): NetworkFault[] =>
  addresses
    .filter(
      ({ multicast, loopback, address, prefixBits, ownMulticastMsAgo }) =>
        multicast &&
        !loopback &&
        !address.includes(':') &&
        // A point-to-point link, as of a VPN, may know no multicast.
        prefixBits < POINT_TO_POINT_BITS &&
        !within(MULTICAST_MS_MAX, ownMulticastMsAgo),
    )
    .slice(0, NAMED_MAX)
    .map(({ interface: name }) => ({
      ...{ check: 'multicast', level: 'broken' },
      text: `multicast sent over ${name} does not come back: a firewall of this host drops it`,
      remedy: `Allow UDP ${discoveryPort} to and from ${MULTICAST_GROUP.four}.`,
    }));

/** A peer has been heard by multicast for long, but answers nothing that is sent to it. */
function ofOneWay({ network, peers, leadership }: FaultFacts): NetworkFault[] {
  if (!leadership.leader) return [];
  const heard = new Map<PeerId, View['heard'][number]>(
    network.heard.map((each) => [each.peer, each]),
  );
  return peers
    .filter(
      ({ peer, member, seen, sinceSeconds }) =>
        !member &&
        seen === 'multicast' &&
        sinceSeconds * 1_000 > MUTE_MS &&
        within(MULTICAST_MS_MAX, heard.get(peer)?.multicastMsAgo) &&
        !within(MUTE_MS, heard.get(peer)?.unicastMsAgo),
    )
    .slice(0, NAMED_MAX)
    .map(({ name, address }) => ({
      ...{ check: 'one way', level: 'broken' },
      text: `${name} (${address}) is heard by multicast, but nothing sent to it is answered: packets pass in one direction only, the netmasks differ, or the wireless network isolates its clients (AP isolation)`,
      remedy: `Compare the netmasks, switch off client isolation, and allow UDP from this host in the firewall of ${address}.`,
    }));
}

/** A host with several addresses on the link is reached at one of them. That another lies outside the subnets of this host is then no fault. */
const isReached = (network: View, peers: readonly KnownPeer[], sender: PeerId | undefined) =>
  peers.some(
    ({ peer, address, member }) =>
      peer === sender && member && !address.includes(':') && isNear(network, address),
  );

function ofStrangers({ network, peers }: FaultFacts): NetworkFault[] {
  const lately = <T extends { readonly msAgo: number }>(noted: readonly T[]) =>
    noted.filter(({ msAgo }) => msAgo < LATELY_MS).slice(-NAMED_MAX);
  const strange = network.outside.filter(({ peer }) => !isReached(network, peers, peer));
  return [
    ...lately(strange).map(({ address, multicast }): NetworkFault => {
      const why =
        multicast === true
          ? 'it is on the same link, so the netmasks of the two hosts differ'
          : 'the netmasks of the two hosts differ, or a router is in between';
      return {
        ...{ check: 'netmask', level: 'warning' },
        text: `${address} sends to this host, but is outside its subnets: ${why}`,
        remedy: `Give both hosts the same netmask, or run "iwanto peers add ${address}" on one of the two.`,
      };
    }),
    ...lately(network.otherVersions).map(({ address }): NetworkFault => ({
      ...{ check: 'version', level: 'broken' },
      text: `${address} speaks another version of the protocol: the two hosts cannot work together`,
      remedy: 'Install the same version of iwanto on both.',
    })),
  ];
}

/** A host that the user added and that is silent. */
const ofAdded = ({ added }: FaultFacts): NetworkFault[] =>
  added
    .filter(({ heardMsAgo, addedMsAgo = 0 }) => heardMsAgo === null && addedMsAgo > PATIENCE_MS)
    .slice(0, NAMED_MAX)
    .map(({ host, port, addresses }) =>
      addresses.length === 0
        ? {
            ...{ check: 'added', level: 'warning' },
            text: `the name of the added host ${host} leads nowhere`,
            remedy: `Check the name, or run "iwanto peers remove ${endpointText(host, port)}".`,
          }
        : {
            ...{ check: 'added', level: 'warning' },
            text: `the added host ${endpointText(host, port)} has never answered: it is off, iwanto does not run there, or a firewall drops UDP ${port}`,
            remedy: `Run "iwanto doctor ${host}", and allow UDP ${port} there.`,
          },
    );
