/** `network.get` on the bus: the interfaces in use, and which hosts were heard over them. */
import type { NetworkView } from '@iwanto/bus';
import type { Election } from '../election.js';
import type { Network } from '../network.js';

export interface Seen {
  readonly election: Pick<Election, 'heardHosts' | 'nowMs'>;
  readonly network: Pick<Network, 'view'>;
}

export function networkView({ election, network }: Seen, discoveryPort: number): NetworkView {
  return { discoveryPort, ...network.view(), ...election.heardHosts.view(election.nowMs()) };
}
