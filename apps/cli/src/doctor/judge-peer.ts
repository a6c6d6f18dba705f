/** What is wrong between this host and one other: ports both ways, multicast, packet sizes, clocks, versions, netmasks. */
import type { CheckupAnswer, Reach } from '@iwanto/wire';
import { timeText } from '../print.js';
import { type Finding, broken, ok, warning } from './finding.js';
import { isRecent } from './judge-network.js';
import type { AskedPeer, NetworkFacts } from './network-facts.js';

/** Clocks that differ by more make times of files and logs misleading. */
const CLOCK_MS_MAX = 60_000;

export function judgePeers(facts: NetworkFacts): Finding[] {
  const unknown = facts.unknownHost;
  if (unknown !== undefined) {
    return [
      broken(
        'host',
        `"${unknown}" is not known: no peer and no address has this name`,
        'Check the name.',
      ),
    ];
  }
  return [...facts.asked.flatMap((asked) => judgePeer(asked, facts)), ...judgeClocks(facts)];
}

const nameOf = ({ known, address }: AskedPeer): string =>
  known?.name ? `${known.name} (${address})` : address;

function judgePeer(asked: AskedPeer, facts: NetworkFacts): Finding[] {
  const name = nameOf(asked);
  const findings = [
    ...judgeWayThere(asked, facts),
    ...judgeWayBack(asked, facts),
    ...judgePackets(asked),
    ...judgeVersions(asked, facts),
    ...judgeNetmask(asked, facts),
  ];
  return findings.length > 0 ? findings : [ok('peer', `${name} is reached, and reaches this host`)];
}

const PORTS = [
  ['indexerPort', 'indexer'],
  ['transferPort', 'transfer'],
] as const;

const isClosed = (reach: Reach | undefined) => reach === 'silent' || reach === 'refused';

/** From here to there: what was dialled, and whether anything came back. */
function judgeWayThere(asked: AskedPeer, facts: NetworkFacts): Finding[] {
  const { answer, known, address } = asked;
  const name = nameOf(asked);
  const isSilent = PORTS.every(
    ([key]) => answer[key] === 'silent' || answer[key] === 'unreachable',
  );
  if (isSilent) return [silentHost(asked, facts)];
  const ports = [
    ...PORTS.map(([key, service]) => [answer[key], known?.[key] ?? 'of its', service] as const),
    [answer.dataPort, answer.checkup?.ownDataPort, 'transfer, data line'] as const,
  ];
  const findings = ports
    .filter(([reach]) => isClosed(reach))
    .map(([reach, port, what]) =>
      closedPort(`${name} at TCP port ${port} (${what})`, reach, address),
    );
  if (!known) return [...findings, notHeard(asked)];
  // A host in another group accepts connections, and answers nobody outside; the group is reported apart.
  const isElsewhere = (facts.network?.strangers ?? []).some(
    (one) => one.address === address && isRecent(one.msAgo),
  );
  if (answer.indexerPort === 'open' && !answer.checkup && !isElsewhere) {
    findings.push(
      broken(
        'tcp',
        `${name} accepts connections but does not answer over them`,
        'Look at its log; restart its indexer.',
      ),
    );
  }
  return findings;
}

function closedPort(what: string, reach: Reach, address: string): Finding {
  return reach === 'silent'
    ? broken(
        'tcp',
        `${what} does not answer: a firewall drops it`,
        `Allow that port in the firewall of ${address}.`,
      )
    : broken(
        'tcp',
        `${what} refuses: the service is not running, or a firewall rejects it`,
        `Run "iwanto status" on ${address}, and allow that port.`,
      );
}

function silentHost(asked: AskedPeer, { network }: NetworkFacts): Finding {
  const { known, address } = asked;
  const name = nameOf(asked);
  const heard = network?.heard.find((one) => one.peer === known?.peer);
  if (isRecent(heard?.multicastMsAgo) && !isRecent(heard?.unicastMsAgo)) {
    return broken(
      'one way',
      `${name} is heard by multicast, but nothing sent to it is answered: packets pass in one direction only, or the wireless network isolates its clients (AP isolation)`,
      `Switch off client isolation, and allow UDP and TCP from this host in the firewall of ${address}.`,
    );
  }
  if (known && isRecent(heard?.unicastMsAgo)) {
    return broken(
      'tcp',
      `${name} answers over UDP, but its TCP ports ${known.indexerPort} and ${known.transferPort} do not answer: a firewall drops them`,
      `Allow TCP ${known.indexerPort} and ${known.transferPort} in the firewall of ${address}.`,
    );
  }
  return broken(
    'host',
    `${name} does not answer at all: it is off, in another network, or a firewall drops everything`,
    'Check the cable and the address; then run "iwanto doctor" there.',
  );
}

/** It accepts connections, but no datagram from it was ever received here. */
function notHeard(asked: AskedPeer): Finding {
  return broken(
    'multicast',
    `${asked.address} accepts connections at a port of iwanto, but none of its datagrams arrive here: multicast does not pass between the two hosts, or another program has that port`,
    `If iwanto runs there, run "iwanto peers add ${asked.address}" here, and allow UDP 17116 and 17117 on both hosts and in the switch.`,
  );
}

/** From there to here, as that host reports it. */
function judgeWayBack(asked: AskedPeer, { leadership }: NetworkFacts): Finding[] {
  const { checkup } = asked.answer;
  if (!checkup) return [];
  const name = nameOf(asked);
  const ports = [
    ...PORTS.map(([key, service]) => [checkup[key], `the ${service} service`] as const),
    [checkup.dataPort, 'the data line of the transfer service'] as const,
  ];
  const findings = ports
    .filter(([reach]) => isClosed(reach))
    .map(([reach, what]) =>
      broken(
        'tcp',
        `${name} cannot dial the TCP port of ${what} here (${reasonOf(reach)}): packets pass in one direction only`,
        `Allow inbound TCP from ${asked.address} in the firewall of this host.`,
      ),
    );
  const leads = leadership?.leader?.peer === leadership?.peer;
  // No router forwards multicast: only a host on the same link is meant to hear it.
  if (leads && checkup.link !== null && !isRecent(checkup.multicastMsAgo)) {
    findings.push(
      warning(
        'multicast',
        `multicast of this host does not arrive at ${name}: hosts there will not find it`,
        'Allow UDP 17116 to 239.255.105.87 on both hosts and in the switch (IGMP snooping).',
      ),
    );
  }
  return findings;
}

const reasonOf = (reach: Reach | undefined): string =>
  reach === 'refused' ? 'refused' : 'no answer';

function judgePackets(asked: AskedPeer): Finding[] {
  if (asked.answer.largeAnswers !== false) return [];
  return [
    broken(
      'mtu',
      `small packets pass between this host and ${nameOf(asked)}, large ones are lost`,
      'Give both interfaces the MTU of the network in between ("ip link set NAME mtu 1280").',
    ),
  ];
}

function judgeVersions(asked: AskedPeer, { services }: NetworkFacts): Finding[] {
  const own = services.indexer?.version;
  const { checkup } = asked.answer;
  if (!checkup || checkup.version === own) return [];
  return [
    warning(
      'version',
      `${nameOf(asked)} runs version ${checkup.version}, this host ${own}`,
      'If something does not work, install the same version on both.',
    ),
  ];
}

function judgeNetmask(asked: AskedPeer, { network }: NetworkFacts): Finding[] {
  const link = asked.answer.checkup?.link;
  const own = network?.addresses.find(({ address, loopback }) => !loopback && near(address, link));
  if (!link || !own || own.prefixBits === link.prefixBits) return [];
  return [
    warning(
      'netmask',
      `the netmasks differ: /${own.prefixBits} here, /${link.prefixBits} on ${nameOf(asked)}`,
      'Give both hosts the same netmask.',
    ),
  ];
}

type Link = CheckupAnswer['link'] | undefined;

/** Whether an address of this host is on the link that the other host reports: compared by the first two bytes, as masks differ. */
const near = (address: string, link: Link): boolean =>
  link !== null &&
  link !== undefined &&
  !address.includes(':') &&
  address.split('.').slice(0, 2).join('.') === link.address.split('.').slice(0, 2).join('.');

/** Which clock is wrong: the one that most others disagree with. */
function judgeClocks({ asked }: NetworkFacts): Finding[] {
  const known = asked.filter(({ answer }) => answer.clockAheadMs !== null);
  const off = known.filter(({ answer }) => Math.abs(answer.clockAheadMs ?? 0) > CLOCK_MS_MAX);
  if (off.length === 0) return [];
  if (known.length > 1 && off.length === known.length) {
    return [
      warning(
        'clock',
        `the clock of this host differs from those of all ${known.length} others by ${differenceOf(off[0])}`,
        'Set the clock of this host, and let NTP keep it ("timedatectl set-ntp true").',
      ),
    ];
  }
  return off.map((one) =>
    warning(
      'clock',
      `the clocks of this host and of ${nameOf(one)} differ by ${differenceOf(one)}`,
      'Set the wrong clock, and let NTP keep it ("timedatectl set-ntp true").',
    ),
  );
}

const differenceOf = (one: AskedPeer | undefined): string =>
  timeText(Math.abs(one?.answer.clockAheadMs ?? 0) / 1_000);
