/** What accompanies the election itself: ports that a router maps, hosts that can be woken, and what is wrong. */
import type { NetworkFault } from '@iwanto/bus';
import { type Config, type ServiceContext, dataFile } from '@iwanto/service';
import type { Election } from './election.js';
import { FaultLog } from './fault-log.js';
import { faultsOf } from './faults.js';
import { KnownNames } from './known-names.js';
import { PortMapping, wishesOf } from './mapping/port-mapping.js';
import type { Network } from './network.js';
import { logSilence } from './silence-log.js';
import type { StaticPeers } from './static-peers.js';
import { addedHosts } from './verbs/added-hosts.js';
import type { Views } from './views.js';
import { Sleepers } from './waking/sleepers.js';

type Context = ServiceContext<'election'>;

export interface Parts {
  readonly election: Election;
  readonly network: Network;
  readonly views: Views;
  readonly staticPeers: StaticPeers;
}

export interface Companions {
  readonly mapping: PortMapping;
  readonly sleepers: Sleepers;
  readonly names: KnownNames;
  readonly faults: () => NetworkFault[];
  /** Removes what was mapped, and writes what was learnt. */
  close(): Promise<void>;
}

/** `parts` are asked for when they are needed: they are made after this. */
export function openCompanions(context: Context, parts: () => Parts): Companions {
  const { config, log, paths } = context;
  const onTrouble = (sentence: string) => void log.warn(sentence);
  const addresses = () => parts().network.view().addresses;
  const mapping = mappingOf(context, parts);
  const sleepers = new Sleepers({
    path: dataFile(paths, 'hostsToWake'),
    peers: () => parts().views.peers().peers,
    isNear: (address) => parts().network.isNear(address),
    ...{ addresses, onTrouble },
  });
  const names = new KnownNames({
    ...{ path: dataFile(paths, 'knownNames'), choice: config, onTrouble },
  });
  const faultLog = new FaultLog(() => faultsOf(factsOf(parts(), config)), onTrouble);
  const heard = () => {
    const { election } = parts();
    return election.heardHosts.view(election.nowMs()).heard.length;
  };
  const cancelSilence = logSilence(heard, (sentence) => void log.info(sentence));
  return {
    ...{ mapping, sleepers, names },
    faults: () => [...faultLog.lasting],
    close: async () => {
      faultLog.close();
      cancelSilence();
      await Promise.all([mapping.close(), sleepers.close(), names.close()]);
    },
  };
}

function factsOf({ election, network, views, staticPeers }: Parts, { discoveryPort }: Config) {
  const heard = election.heardHosts.view(election.nowMs());
  return {
    network: { discoveryPort, ...network.view(), ...heard },
    leadership: views.leadership(),
    peers: views.peers().peers,
    added: addedHosts({ staticPeers, election }),
  };
}

function mappingOf({ config, identity, log }: Context, parts: () => Parts): PortMapping {
  return new PortMapping({
    wishes: () => wishesOf(parts().election.state.card, identity.peer),
    addresses: () => parts().network.view().addresses,
    secret: identity.curve.secretKey,
    isOpen: config.mode === 'open',
    onMapped: () => {
      const { election } = parts();
      const { card } = election.state;
      if (card) election.take({ type: 'endpointChanged', card });
    },
    onInfo: (sentence) => void log.info(sentence),
    onTrouble: (sentence) => void log.warn(sentence),
  });
}
