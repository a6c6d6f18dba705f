/** Wires one election: network, state machine, bus and files. */
import { randomBytes } from 'node:crypto';
import {
  type Config,
  type ConfigInForce,
  DISCOVERY_PORT_DEFAULT,
  type ServiceContext,
  admission,
  dataFile,
  groupOfMode,
  pinnedPeers,
  sealedBy,
} from '@iwanto/service';
import {
  type Address,
  type BootId,
  OPEN_GROUP,
  type PeerCard,
  type PeerId,
  endpointText,
} from '@iwanto/wire';
import { type Companions, openCompanions } from './companions.js';
import type { BridgeWish } from '@iwanto/consensus';
import { electionClock } from './clock.js';
import { Election } from './election.js';
import { envelopeOf } from './envelope.js';
import { hmac, keysVerifier, secretSeal } from './keys.js';
import { openUdpNetwork } from './multicast.js';
import type { Network } from './network.js';
import { type Performers, performer } from './perform.js';
import { Remembered } from './remembered.js';
import { StaticPeers } from './static-peers.js';
import { Story } from './story.js';
import { Views } from './views.js';

/** A goodbye takes at most 50 ms; if it takes longer, something is wrong, and the sockets are closed anyway. */
const LEAVE_LIMIT_MS = 300;

/** What needs new sockets. */
export const fixedBy = (config: ConfigInForce) => [
  config.interfaces,
  config.ports.election,
  config.discoveryPort,
  admission(config),
];

export interface OpenElection {
  readonly election: Election;
  readonly network: Network;
  readonly views: Views;
  readonly staticPeers: StaticPeers;
  readonly remembered: Remembered;
  readonly companions: Companions;
  /** This host has other ports, or another name. */
  readonly announce: (card: PeerCard) => void;
  /** Applies what may change while it runs. */
  use(config: Config): Promise<void>;
  /** Says goodbye and closes all; resolves within 1 s. */
  close(): Promise<void>;
}

function openNetwork(
  { config, log }: ServiceContext<'election'>,
  election: () => Election,
  nowMs: () => number,
): Promise<Network> {
  return openUdpNetwork({
    interfaces: config.interfaces,
    port: config.ports.election,
    discoveryPort: config.discoveryPort,
    envelope: envelopeOf({
      group: groupOfMode(config),
      nowMs,
      dropped: (from) => election().drop('outsider', from),
      met: (sentence) => void log.info(sentence),
    }),
    heard: (incoming) => election().hear(incoming),
    dropped: (from) => election().drop('outside', from),
    stale: (from) => election().drop('stale', from),
    outside: (to) => election().goesOutside(to),
    noWay: (to) => election().noWay(to),
    onTrouble: (sentence) => void log.warn(sentence),
  });
}

/** Opens the sockets; the election itself begins with `election.start`. */
export async function openElection(context: ServiceContext<'election'>): Promise<OpenElection> {
  const { config, identity, log, paths } = context;
  const onTrouble = (sentence: string) => void log.warn(sentence);
  const nowMs = electionClock();
  const keys = { ...identity, ...keysVerifier(), ...secretSeal(identity.curve) };
  const network = await openNetwork(context, () => opened.election, nowMs);
  const group = groupOf(config.discoveryPort);
  const remembered = new Remembered(dataFile(paths, 'rememberedPeers'), onTrouble);
  const goodbye = new Goodbye();
  const story = storyOf(log, nowMs);
  const companions = openCompanions(context, () => opened);
  const cardFor = (card: PeerCard, to: Address) =>
    network.isNear(to.address) ? card : companions.mapping.outwardCard(card);
  const election = new Election({
    config: { peer: identity.peer, boot: newBoot(), random: Math.random, randomBytes, hmac },
    keys,
    ...{ group, nowMs, story, pinned: pinnedOf(config) },
    acquaint: (address) => network.acquaint(address),
    perform: performer({
      network,
      ...{ keys, group, cardFor },
      remember: (addresses) => remembered.save(addresses),
      left: () => goodbye.said(),
      ...tellers(context, story, () => opened),
    }),
  });
  const views = new Views(election.state, {
    ...{ ownAddress: () => network.ownAddress(), nowMs, sealedBy: sealedBy(config) },
  });
  const staticPeers = new StaticPeers((addresses) => {
    network.added(addresses.map(({ address }) => address));
    election.take({ type: 'staticPeersChanged', addresses });
  });
  const parts = { election, network, views, staticPeers, remembered, companions };
  const close = () => closeAll(parts, goodbye);
  const use = (changed: Config) => {
    void companions.mapping.use(changed.mapPorts);
    void companions.names.use(changed);
    return staticPeers.use(changed.peers);
  };
  const announce = (card: PeerCard) => {
    election.take({ type: 'endpointChanged', card });
    void companions.mapping.look();
  };
  const opened: OpenElection = { ...parts, announce, use, close };
  return opened;
}

type Opened = Omit<OpenElection, 'announce' | 'use' | 'close'>;

/** Says goodbye, and removes what others hold for this host, before the sockets close. */
async function closeAll(opened: Opened, goodbye: Goodbye): Promise<void> {
  const { election, network, staticPeers, remembered, companions } = opened;
  staticPeers.close();
  const said = goodbye.within(LEAVE_LIMIT_MS);
  election.take({ type: 'leave' });
  await Promise.all([said, companions.close()]);
  election.stop();
  await network.close();
  await remembered.saved();
}

/** Another discovery port is another group: remembered addresses must not connect what multicast keeps apart. */
const groupOf = (discoveryPort: number) =>
  discoveryPort === DISCOVERY_PORT_DEFAULT ? OPEN_GROUP : discoveryPort;

const pinnedOf = (config: Config): ReadonlySet<PeerId> | undefined => {
  const peers = pinnedPeers(config);
  return peers ? new Set(peers) : undefined;
};

const newBoot = () => randomBytes(8).toString('hex') as BootId;

const storyOf = (log: ServiceContext['log'], nowMs: () => number) =>
  new Story(
    {
      // Not `isDebugEnabled`, which asks every transport: this is checked for each datagram.
      isDebug: () => log.level === 'debug',
      debug: (line) => void log.debug(line),
      info: (line) => void log.info(line),
    },
    nowMs,
  );

/** The role of this host in a relayed connection decides who handles it. */
function publishBridge(
  bus: ServiceContext<'election'>['bus'],
  views: Views,
  wish: BridgeWish,
): void {
  const { relay, ...between } = wish;
  if (views.self === relay) return bus.publish('relay.asked', between);
  const { caller: peer, line, ticket } = between;
  const there = views.transferOf(relay);
  if (there === undefined) return;
  if (views.self === peer) bus.publish('relay.agreed', { ticket, ...there });
  else bus.publish('line.asked', { peer, line, ticket, ...there, relay });
}

/** Where news of the state machine goes: to the bus and to the log. */
function tellers(
  { bus, log, paths }: ServiceContext<'election'>,
  story: Story,
  opened: () => Pick<OpenElection, 'views' | 'companions'>,
): Pick<
  Performers,
  'leadershipChanged' | 'peersChanged' | 'log' | 'duplicateIdentity' | 'story' | 'dial' | 'bridge'
> {
  const views = () => opened().views;
  const tellLeadership = () => {
    const leadership = views().newLeadership();
    if (leadership) bus.publish('leader.changed', leadership);
  };
  return {
    story,
    leadershipChanged: tellLeadership,
    peersChanged: () => {
      const peers = views().peersChanged();
      bus.publish('peers.changed', peers);
      story.peers(peers.peers);
      void opened().companions.names.look(peers.peers);
      // A standby is shown once its endpoint is known: that may come with the roster, after the beat.
      tellLeadership();
    },
    log: (level, sentence) => void log.log(level, sentence),
    dial: (wish) => {
      const asked = views().dialled(wish);
      if (asked) bus.publish('line.asked', asked);
    },
    bridge: (wish) => publishBridge(bus, views(), wish),
    duplicateIdentity: ({ address, port }: Address) => {
      log.error(
        `Another peer at ${endpointText(address, port)} has the keys of this one, as after copying a disk: ` +
          `delete ${paths.keysFile} on one of the two and start it again. This one stops.`,
      );
      process.exitCode = 1;
      process.kill(process.pid, 'SIGTERM');
    },
  };
}

/** Waits for the state machine to have said its goodbyes. */
class Goodbye {
  said: () => void = () => undefined;

  within(limitMs: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, limitMs);
      this.said = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
