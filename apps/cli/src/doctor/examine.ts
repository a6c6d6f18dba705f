/** The whole examination: gathers what is known, and judges it. */
import type { Bus } from '@iwanto/bus';
import { type Config, DISCOVERY_PORT_DEFAULT, type Paths } from '@iwanto/service';
import { type Finding, ok, warning } from './finding.js';
import { droppingRules } from './firewall.js';
import { type HostFacts, hostFacts } from './host-facts.js';
import { judgeGroup } from './judge-group.js';
import { judgeHost } from './judge-host.js';
import { judgeNetwork } from './judge-network.js';
import { judgePeers } from './judge-peer.js';
import { type NetworkFacts, networkFacts } from './network-facts.js';
import { holderOf } from './listeners.js';

/** What can be told without asking anybody: run at each start. */
export async function examineHost(paths: Paths): Promise<Finding[]> {
  const facts = await hostFacts(paths);
  return [...judgeHost(facts), ...(await judgeFirewall(facts))];
}

export interface Examination {
  readonly paths: Paths;
  readonly bus: Bus;
  /** Only this host is asked if one is named. */
  readonly host?: string;
}

export async function examine({ paths, bus, host }: Examination): Promise<Finding[]> {
  const [alone, network] = await Promise.all([hostFacts(paths), networkFacts(bus, host)]);
  const here = withUse(alone, network);
  const findings = [
    ...judgeNetwork(network, here),
    ...judgeGroup(network, here),
    ...judgeHost(here),
    ...(await judgeFirewall(here)),
    ...judgePeers(network),
  ];
  return Promise.all(findings.map((finding) => withHolder(finding, here)));
}

/** What the transfer service says of the download folder. */
function withUse(here: HostFacts, { downloadFolder }: NetworkFacts): HostFacts {
  if (!downloadFolder) return here;
  const { path, used } = downloadFolder;
  return {
    ...here,
    folders: here.folders.map((folder) =>
      folder.use === 'downloads' && folder.path === path ? { ...folder, used } : folder,
    ),
  };
}

/** The data port follows that of the control line. */
const tcpPortsOf = ({ ports: { indexer, transfer } }: Config): number[] => [
  ...[indexer, transfer],
  transfer + 1,
];

const GROUPS = ['239.255.105.87', 'ff02::6957'];

async function judgeFirewall({ config }: HostFacts): Promise<Finding[]> {
  const rules = await droppingRules({
    udpPorts: [
      config?.discoveryPort ?? DISCOVERY_PORT_DEFAULT,
      ...(config ? [config.ports.election] : []),
    ],
    tcpPorts: config ? tcpPortsOf(config) : [],
    groups: GROUPS,
  });
  if (rules === undefined) return [];
  if (rules.length === 0) return [ok('firewall', 'no rule of this host drops what is needed')];
  return rules.map(({ rule }) =>
    warning(
      'firewall',
      `a firewall rule of this host may drop what is needed: ${rule}`,
      'Allow inbound UDP 17116 and 17117 and TCP 17118 to 17120 from your own subnet.',
    ),
  );
}

/** Names the program that holds a taken port, if this user may see it. */
async function withHolder(finding: Finding, { listeners }: HostFacts): Promise<Finding> {
  const taken = /^(UDP|TCP) port (\d+) .* is taken by another program/.exec(finding.text);
  if (!taken) return finding;
  const held = listeners.find(
    ({ protocol, port }) => protocol === taken[1]?.toLowerCase() && port === Number(taken[2]),
  );
  const holder = held && (await holderOf(held.inode));
  return holder ? { ...finding, text: finding.text.replace('another program', holder) } : finding;
}
