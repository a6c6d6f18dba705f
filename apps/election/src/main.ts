/** The election service: which peers are online and which one leads. */
import { type Running, type ServiceContext, runService } from '@iwanto/service';
import { OwnCard } from './card.js';
import { fixedBy, openElection } from './service.js';
import { addPeer } from './verbs/add-peer.js';
import { addedHosts } from './verbs/added-hosts.js';
import { lineAsk } from './verbs/line-ask.js';
import { networkView } from './verbs/network-get.js';
import { relayAgree } from './verbs/relay-agree.js';
import { relayAsk } from './verbs/relay-ask.js';
import { removePeer } from './verbs/remove-peer.js';
import { setName, takeName } from './verbs/set-name.js';

async function start(context: ServiceContext<'election'>): Promise<Running<'election'>> {
  const { bus, config, identity, paths } = context;
  const open = await openElection(context);
  const { election, network, views, staticPeers, remembered, companions } = open;

  const { publicKey: curveKey } = identity.curve;
  const own = new OwnCard({ electionPort: network.port, curveKey, name: config.name });
  own.follow(bus, open.announce);
  bus.follow('share.changed', ({ catalogId, catalogueRevision: revision }) =>
    election.take({ type: 'catalogueChanged', catalogue: { catalogId, revision } }),
  );
  bus.subscribe('leaderLine.lost', ({ leader }) => election.take({ type: 'hint', leader }));

  const addresses = await remembered.load();
  for (const { address } of addresses) network.acquaint(address);
  const beginning = { bornMs: Date.now(), staticPeers: [], remembered: addresses };
  election.start({ ...beginning, card: own.card });
  void open.use(config);

  return {
    handlers: {
      'leader.get': () => views.leadership(),
      'peers.get': () => views.peers(),
      'network.get': () => networkView(open, config.discoveryPort),
      'name.set': (question) => setName({ paths, own, changed: open.announce }, question),
      'peers.add': (question) => addPeer({ paths, staticPeers }, question),
      'peers.remove': (question) => removePeer({ paths, staticPeers }, question),
      'peers.added': () => ({ hosts: addedHosts(open) }),
      'wake.list': () => companions.sleepers.learntNow(),
      'wake.send': ({ peer }) => companions.sleepers.wake(peer),
      'line.ask': lineAsk(election),
      'relay.ask': relayAsk(election, identity.peer),
      'relay.agree': relayAgree(election, identity.peer),
    },
    port: () => network.port,
    notes: () => election.notes(),
    reconfigure: (changed) => {
      takeName({ own, changed: open.announce }, changed.name);
      return open.use(changed);
    },
    stop: () => open.close(),
  };
}

await runService({ service: 'election', fixedBy, start });
