/** What is wrong between this host and the network: services, ports, interfaces, discovery. */
import { SERVICES, type ServiceName } from '@iwanto/bus';
import { type Finding, broken, ok, warning } from './finding.js';
import type { HostFacts } from './host-facts.js';
import type { NetworkFacts } from './network-facts.js';

/** A leader multicasts every second: after this long without a datagram, multicast does not arrive. */
export const MULTICAST_MS_MAX = 10_000;

export function judgeNetwork(facts: NetworkFacts, host: HostFacts): Finding[] {
  return [
    judgeServices(facts),
    ...judgePorts(facts, host),
    ...judgeShares(facts),
    ...judgeInterfaces(facts, host),
    ...judgeLeader(facts),
    ...judgeFaults(facts),
    ...judgeTroubles(facts),
  ];
}

function judgeServices({ services }: NetworkFacts): Finding {
  const stopped = SERVICES.filter((service) => services[service] === undefined);
  const starting = SERVICES.filter((service) => services[service]?.ready === false);
  if (stopped.length > 0) {
    return broken('services', `not running: ${stopped.join(', ')}`, 'Run "iwanto start".');
  }
  if (starting.length > 0) {
    return warning('services', `not ready yet: ${starting.join(', ')}`, 'Wait a moment.');
  }
  return ok(
    'services',
    `election, indexer and transfer run, version ${services.election?.version}`,
  );
}

const PROTOCOL = { election: 'UDP', indexer: 'TCP', transfer: 'TCP' } as const;

function judgePorts({ services }: NetworkFacts, { config }: HostFacts): Finding[] {
  if (!config) return [];
  const moved = SERVICES.filter((service) =>
    isMoved(services[service]?.port, config.ports[service]),
  );
  return moved.map((service: ServiceName) =>
    warning(
      'ports',
      `${PROTOCOL[service]} port ${config.ports[service]} of the ${service} service is taken by another program: it uses ${services[service]?.port}`,
      `Stop the other program ("ss -${PROTOCOL[service] === 'UDP' ? 'ulpn' : 'tlpn'}"), or allow the other port in the firewalls.`,
    ),
  );
}

const isMoved = (port: number | undefined, wanted: number): boolean =>
  port !== undefined && port !== 0 && wanted !== 0 && port !== wanted;

function judgeShares({ shared }: NetworkFacts): Finding[] {
  return (shared?.folders ?? [])
    .filter(({ warning: sentence }) => sentence !== '')
    .map(({ path, warning: sentence }) =>
      warning('shares', `${path}: ${sentence}`, 'See "iwanto shares".'),
    );
}

function judgeInterfaces({ network, others }: NetworkFacts, host: HostFacts): Finding[] {
  if (!network) return [];
  const used = network.addresses.filter(({ loopback }) => !loopback);
  const names = [...new Set(used.map((one) => one.interface))];
  const unused = lanDevices(host).filter((name) => !names.includes(name));
  if (used.length === 0) return [nothingUsed(unused)];
  const findings: Finding[] = [];
  if (others.length === 0 && unused.length > 0) {
    findings.push(
      warning(
        'interfaces',
        `only ${names.join(', ')} is used; this host also has ${unused.join(', ')}, which may be the right one`,
        `Run "iwanto start --interface ${unused[0]}".`,
      ),
    );
  }
  const doubled = sameSubnet(used);
  if (doubled) {
    findings.push(
      warning(
        'interfaces',
        `${doubled.join(' and ')} are in one subnet: answers may leave through the wrong one`,
        'Disconnect one of them, or choose one with "iwanto start --interface NAME".',
      ),
    );
  }
  const list = used.map(
    ({ interface: name, address, prefixBits }) => `${name} ${address}/${prefixBits}`,
  );
  return findings.length > 0 ? findings : [ok('interfaces', list.join(', '))];
}

/** Interfaces with an address that could lead to a LAN; those the user excluded count too. */
const lanDevices = ({ devices, interfaces }: HostFacts): string[] =>
  devices
    .filter(({ isLoopback, isTunnel, isVirtual }) => !isLoopback && !isTunnel && !isVirtual)
    .map(({ name }) => name)
    .filter((name) => (interfaces[name] ?? []).some(({ address }) => !address.startsWith('fe80:')));

function nothingUsed(unused: readonly string[]): Finding {
  if (unused.length === 0) {
    return broken(
      'interfaces',
      'no network interface of this host has an address',
      'Connect the cable or the wireless network.',
    );
  }
  return warning(
    'interfaces',
    `only the loopback interface is used, so no other host can be found; there is ${unused.join(', ')}`,
    `Run "iwanto start --interface ${unused[0]}", or name no interface to use all.`,
  );
}

type Used = NonNullable<NetworkFacts['network']>['addresses'][number];

function sameSubnet(used: readonly Used[]): [string, string] | undefined {
  const four = used.filter(({ address }) => !address.includes(':'));
  for (const [at, one] of four.entries()) {
    const twin = four
      .slice(at + 1)
      .find(
        (other) =>
          other.interface !== one.interface &&
          other.prefixBits === one.prefixBits &&
          subnetOf(other) === subnetOf(one),
      );
    if (twin) return [one.interface, twin.interface];
  }
  return undefined;
}

function subnetOf({ address, prefixBits }: Used): number {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return Math.floor(number / 2 ** (32 - prefixBits));
}

function judgeLeader({ leadership, network, others }: NetworkFacts): Finding[] {
  if (!leadership || !network) return [];
  const { leader } = leadership;
  if (!leader) {
    return [warning('leader', 'no leader is known yet', 'Wait a moment, then check again.')];
  }
  const findings = [
    ok('leader', `${leader.name} (${leader.peer}) leads in epoch ${leadership.epoch}`),
  ];
  if (leader.peer !== leadership.peer) {
    const heard = network.heard.find(({ peer }) => peer === leader.peer);
    if (isRecent(heard?.multicastMsAgo)) {
      return [...findings, ok('multicast', 'multicast of the leader arrives')];
    }
    return findings;
  }
  const isWrong = network.faults?.some(({ check }) => check === 'multicast') === true;
  return isWrong ? findings : [...findings, ...judgeOthers(others.length)];
}

const judgeOthers = (others: number): Finding[] =>
  others > 0
    ? []
    : [
        warning(
          'discovery',
          'no other host was heard: this one is alone, or multicast does not pass',
          'If another host runs iwanto, check it with "iwanto doctor HOST", and reach it with "iwanto peers add HOST".',
        ),
      ];

export const isRecent = (msAgo: number | null | undefined): boolean =>
  msAgo !== null && msAgo !== undefined && msAgo <= MULTICAST_MS_MAX;

/** What the election itself found wrong. */
const judgeFaults = ({ network }: NetworkFacts): Finding[] => [...(network?.faults ?? [])];

function judgeTroubles({ network }: NetworkFacts): Finding[] {
  return (network?.troubles ?? []).map((sentence) =>
    warning('sockets', sentence, 'See the log of the election service.'),
  );
}
