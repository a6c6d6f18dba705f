/** `network.get` on the bus: the interfaces in use, and which hosts were heard over them. */
import type { NetworkView } from '@iwanto/bus';
import type { Election } from '../election.js';
import type { Companions } from '../companions.js';
import type { Network } from '../network.js';

export interface Seen {
  readonly election: Pick<Election, 'heardHosts' | 'nowMs'>;
  readonly network: Pick<Network, 'view'>;
  readonly companions: Pick<Companions, 'mapping' | 'faults' | 'names'>;
}

export function networkView(
  { election, network, companions }: Seen,
  discoveryPort: number,
): NetworkView {
  const { troubles, ...seen } = network.view();
  const { mapping, faults, names } = companions;
  return {
    discoveryPort,
    ...seen,
    ...election.heardHosts.view(election.nowMs()),
    mapping: mapping.view(),
    faults: faults(),
    troubles: [...troubles, ...mapping.troubles(), ...names.troubles()],
  };
}
