/** Which hosts hear each other: the group of this host, and hosts nearby in another group or in none. */
import { groupOfMode, keyCheck } from '@iwanto/service';
import { type Finding, broken, ok, warning } from './finding.js';
import type { HostFacts } from './host-facts.js';
import type { NetworkFacts } from './network-facts.js';
import { isRecent } from './judge-network.js';

export function judgeGroup({ network }: NetworkFacts, host: HostFacts): Finding[] {
  const { groupFault, inForce } = host;
  if (groupFault !== null) {
    return [broken('group', groupFault, 'No service runs until that is corrected.')];
  }
  const group = inForce ? groupOfMode(inForce) : undefined;
  const strangers = (network?.strangers ?? []).filter(({ msAgo }) => isRecent(msAgo));
  if (!group) return strangers.map(({ address }) => ok('group', absentText(address)));
  const own = ok('group', `only members of ${group.name} are seen (key ${keyCheck(group.key)})`);
  return [
    own,
    ...strangers.map((one) =>
      one.kind === 'open' ? ok('group', openText(one.address)) : differing(one.address),
    ),
  ];
}

const absentText = (address: string) =>
  `${address} is in a group that this host has not joined ("iwanto group add NAME", then "iwanto group join NAME")`;

const openText = (address: string) =>
  `${address} runs iwanto in no group: neither of the two hosts hears the other`;

const differing = (address: string): Finding =>
  warning(
    'group',
    `the group key of ${address} differs: another group, or another passphrase`,
    'Compare the keys that "iwanto group list" shows on both hosts; "iwanto group rotate NAME" changes a passphrase.',
  );
