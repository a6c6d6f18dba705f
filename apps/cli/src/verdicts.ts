/** The state in words: what works, what does not, and what to do about it. */
import { type Mapping, SERVICES } from '@iwanto/bus';
import { DEFAULT_PORTS } from '@iwanto/service';
import { endpointText, sizeText } from '@iwanto/wire';
import { indexingText } from './indexing.js';
import type { Picture } from './picture.js';
import { countText } from './print.js';

export interface Verdict {
  readonly level: 'ok' | 'warning' | 'broken';
  readonly sentence: string;
}

/** What does not work without each service. */
const WITHOUT = {
  election: 'this host finds nobody and nobody finds it',
  indexer: 'nothing can be searched and nothing of this host is found',
  transfer: 'nothing can be fetched, neither by this host nor from it',
} as const;

const ok = (sentence: string): Verdict => ({ level: 'ok', sentence });
const warning = (sentence: string): Verdict => ({ level: 'warning', sentence });
const broken = (sentence: string): Verdict => ({ level: 'broken', sentence });

/** All that can be said, the services first; `isSupervised` while "iwanto start" runs in this home. */
export function verdictsOf(picture: Picture, isSupervised = false): Verdict[] {
  return [
    ...ofServices(picture, isSupervised),
    ...ofNetwork(picture),
    ...ofMapping(picture),
    ...ofLeader(picture),
    ...ofFindable(picture),
    ...ofShares(picture),
    ...ofDownloads(picture),
    ...ofRelaying(picture),
  ];
}

function ofServices({ services }: Picture, isSupervised: boolean): Verdict[] {
  const wrong = SERVICES.flatMap((service) => {
    if (services[service] === 'ready') return [];
    if (services[service] === 'starting')
      return [warning(`The ${service} service is starting; give it a moment.`)];
    const advice = isSupervised
      ? '"iwanto start", which is running, starts it again; see "iwanto log".'
      : '"iwanto start" starts it.';
    return [broken(`The ${service} service is not running: ${WITHOUT[service]}; ${advice}`)];
  });
  return wrong.length > 0 ? wrong : [ok('All three services run.')];
}

const ofNetwork = ({ troubles }: Picture): Verdict[] =>
  troubles.map((sentence) => warning(`Network: ${sentence}.`));

function ofMapping({ mapping }: Picture): Verdict[] {
  if (mapping === null) return [];
  const { router, address, via } = mapping;
  return [
    ok(
      `The router ${router} maps ${portsText(mapping)} at ${address} to this host (${via}): a host on its other side joins with "iwanto peers add ${joinText(mapping)}".`,
    ),
  ];
}

const portsText = ({ ports }: Mapping): string =>
  ports
    .map(({ protocol, port, externalPort }) => {
      const at = externalPort === port ? '' : ` (${externalPort} there)`;
      return `${protocol.toUpperCase()} ${port}${at}`;
    })
    .join(', ');

/** The port is only named if it is not the usual one. */
function joinText({ address, ports }: Mapping): string {
  const port = ports.find(({ protocol }) => protocol === 'udp')?.externalPort;
  return port === undefined || port === DEFAULT_PORTS.election
    ? address
    : endpointText(address, port);
}

function ofLeader({ services, role, leader, leaderName, peers, peer }: Picture): Verdict[] {
  if (services.election !== 'ready' || role === null) return [];
  if (leader === null) {
    return [
      warning(
        'No leader is known yet: nothing can be searched. An election takes about a second; if this persists, see "iwanto log election".',
      ),
    ];
  }
  const others = peers.filter((one) => one.peer !== peer).length;
  if (others === 0) {
    return [
      warning(
        'No other peer is seen, so a search finds only what this host shares. Is iwanto running elsewhere on this LAN? "iwanto peers add HOST" reaches a host that multicast does not.',
      ),
    ];
  }
  const who = leader === peer ? 'this host' : (leaderName ?? leader);
  const mute = peers.every(({ files }) => files === null);
  if (mute && services.indexer === 'ready') {
    return [
      warning(
        `${countText(others, 'other peer')} here, but the tracker of the leader (${who}) does not answer: a search may fail. Does its firewall allow inbound TCP? Try again in a moment.`,
      ),
    ];
  }
  return [ok(`${countText(others, 'other peer')} here; ${who} leads.`)];
}

function ofFindable({ findable, leader, leaderName }: Picture): Verdict[] {
  if (findable !== 'hidden' || leader === null) return [];
  const who = leaderName ?? leader;
  return [
    warning(
      `The leader (${who}) does not find what this host shares, so others may not find it either; this host asks the standby first. If this stays, restart iwanto there, or "iwanto block ${who}" keeps this host from asking it.`,
    ),
  ];
}

function ofShares({ shared, fetched }: Picture): Verdict[] {
  if (!shared) return [];
  const { folders, files, bytes, indexing } = shared;
  const others = fetched === 0 ? '' : `${countText(fetched, 'content')} fetched by this host`;
  if (folders.length === 0) {
    const found = others === '' ? 'nothing here' : `only ${others}`;
    return [
      warning(`Nothing is shared: others find ${found}. "iwanto share FOLDER" shares a folder.`),
    ];
  }
  const where = countText(folders.length, 'folder');
  return [
    ok(
      `Others can find ${countText(files, 'file')} (${sizeText(bytes)}) in ${where}${others && `, and ${others}`}.`,
    ),
    ...(indexing.active ? [ok(`Still ${indexingText(indexing)}.`)] : []),
    ...folders.flatMap(({ path, warning: text }) => (text ? [warning(`${path}: ${text}`)] : [])),
  ];
}

function ofDownloads({ downloads }: Picture): Verdict[] {
  const count = (state: string) => downloads.filter((one) => one.state === state).length;
  const running = count('running') + count('locating');
  const [stalled, failed] = [count('stalled'), count('failed')];
  return [
    ...(running > 0 ? [ok(`${countText(running, 'download')} running.`)] : []),
    ...(stalled > 0
      ? [
          warning(
            `${countText(stalled, 'download')} waiting for a source: no peer that has it is here now. It resumes by itself.`,
          ),
        ]
      : []),
    ...(failed > 0
      ? [
          warning(
            `${countText(failed, 'download')} not finished: "iwanto downloads" shows which, and "iwanto download HASH" resumes one.`,
          ),
        ]
      : []),
  ];
}

function ofRelaying({ relaying }: Picture): Verdict[] {
  if (!relaying || relaying.connections === 0) return [];
  const connections = countText(relaying.connections, 'connection');
  return [
    ok(
      `This host relays ${connections} between peers that cannot reach each other (${sizeText(relaying.bytes)} since the start, all of it encrypted); "iwanto config set relay false" ends that.`,
    ),
  ];
}
