/** `iwanto peers [add|remove] [HOST[:PORT]]`: who is known, and which hosts were added by address. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddedHost, Bus, KnownPeer, Liar, WaySeen } from '@iwanto/bus';
import { DEFAULT_PORTS, EXIT } from '@iwanto/service';
import { Failure, codeOf, endpointText } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { hostFrom } from '../input.js';
import { modeOfHost } from '../mode.js';
import { peerNames } from '../peer-names.js';
import { jsonLine, remark, say, shown, timeText } from '../print.js';
import { printTable } from '../screen/table.js';

/** How long `--wait` waits for an answer, in ms, and how often it looks. */
const WAIT_MS = 10_000;
const LOOK_MS = 100;

interface Host {
  readonly host: string;
  readonly port?: number;
}

export const command = commandOf({
  options: (words) =>
    words
      .positional('action', {
        type: 'string',
        choices: ['add', 'remove'] as const,
        describe: 'Add a host, or forget it',
      })
      .positional('host', { type: 'string', describe: 'HOST, HOST:PORT or [IPV6]:PORT' })
      .option('wait', {
        type: 'boolean',
        default: false,
        describe: 'After "add": wait up to 10 s for the host to answer; exit code 5 if it does not',
      })
      .example('iwanto peers', 'Who is known, since when, how, and how far away')
      .example('iwanto peers add 192.168.7.20', 'A host that multicast does not reach')
      .example('iwanto peers add 192.168.7.20 --wait', 'The same, and see whether it answers')
      .example('iwanto peers remove 192.168.7.20', 'Forget it again'),
  run: async ({ action, host: typed, wait, json }) => {
    if (action === undefined) return await list(json);
    const host = namedHost(action, typed);
    if (action === 'remove') return await remove(host, json);
    return wait ? await addAndWait(host, json) : await add(host, json);
  },
});

function namedHost(action: string, typed: string | undefined): Host {
  if (typed === undefined)
    throw new Failure(
      'E_BAD_REQUEST',
      `Name the host to ${action}: "iwanto peers ${action} HOST[:PORT]".`,
    );
  return hostFrom(typed);
}

async function add(host: Host, json: boolean): Promise<number> {
  const answer = await withBus((bus) => bus.call('peers.add', host));
  say(json ? jsonLine(answer) : `added: ${shown(endpointText(answer.address, answer.port))}`);
  return EXIT.done;
}

async function addAndWait(host: Host, json: boolean): Promise<number> {
  return withBus(async (bus) => {
    const added = await bus.call('peers.add', host);
    const text = shown(endpointText(added.address, added.port));
    const startedMs = Date.now();
    const peer = await answering(bus, host, startedMs + WAIT_MS);
    if (peer === undefined)
      throw new Failure(
        'E_NO_SOURCE',
        `${text} was added but has not answered within ${timeText(WAIT_MS / 1_000)}: is iwanto running there, and does a firewall there allow UDP ${added.port} inbound? This host keeps trying; "iwanto doctor ${host.host}" looks for the cause.`,
      );
    const { name } = peer;
    if (json) say(jsonLine({ ...added, peer: peer.peer, name }));
    else
      say(
        `added: ${text}, which is ${shown(name)} (${peer.peer}), answered after ${timeText((Date.now() - startedMs) / 1_000)}`,
      );
    return EXIT.done;
  });
}

/** The peer at that address, once it was heard and is known by name. */
async function answering(bus: Bus, host: Host, untilMs: number): Promise<KnownPeer | undefined> {
  while (Date.now() < untilMs) {
    const [{ hosts }, { peers }] = await Promise.all([
      bus.call('peers.added', {}),
      bus.call('peers.get', {}),
    ]);
    const added = hosts.find((each) => isSame(each, host));
    const peer = peers.find((each) => added !== undefined && isAt(each, added));
    if (peer !== undefined && added?.heardMsAgo !== null) return peer;
    await sleep(LOOK_MS);
  }
  return undefined;
}

const isSame = (added: AddedHost, { host, port = DEFAULT_PORTS.election }: Host): boolean =>
  added.host === host && added.port === port;

/** A peer that was heard there may be reached at another of its addresses. */
const isAt = ({ peer, address, electionPort, seen }: KnownPeer, added: AddedHost): boolean =>
  seen !== 'self' &&
  (added.peers?.includes(peer) === true ||
    (electionPort === added.port && added.addresses.includes(address)));

async function remove(host: Host, json: boolean): Promise<number> {
  await withBus((bus) => bus.call('peers.remove', host));
  const port = host.port ?? DEFAULT_PORTS.election;
  if (json) say(jsonLine({ removed: endpointText(host.host, port) }));
  else
    say(`removed: ${shown(endpointText(host.host, port))}; it stays in the list while it is heard`);
  return EXIT.done;
}

async function list(json: boolean): Promise<number> {
  const [[{ peers }, { hosts: added }, { liars }, ways], mode] = await Promise.all([
    withBus((bus) =>
      Promise.all([
        bus.call('peers.get', {}),
        bus.call('peers.added', {}),
        liarsOf(bus),
        waysOf(bus),
      ]),
    ),
    modeOfHost(),
  ]);
  if (json) {
    say(jsonLine({ peers, added, liars, ways, ...mode }));
    return EXIT.done;
  }
  printPeers(peers, ways);
  if (added.length > 0) {
    say('');
    printTable(
      [{ title: 'ADDED' }, { title: 'ADDRESS' }, { title: 'NAME' }, { title: 'HEARD' }],
      added.map((each) => addedRowOf(each, peers)),
    );
  }
  for (const liar of liars) remark(lieText(liar, peers));
  if (mode?.mode === 'group') remark(`Only members of the group ${mode.group} are seen.`);
  if (mode?.mode === 'pinned') remark('Pinned: only the peers of "iwanto trust" are seen.');
  if (peers.length <= 1) remark('Nobody else is known; see "When nothing is found" in the README.');
  return EXIT.done;
}

/** How each peer is reached is shown only where at least one is not reached directly. */
function printPeers(peers: readonly KnownPeer[], ways: readonly WaySeen[]): void {
  const hasDetours = ways.some(({ way }) => way !== 'direct');
  const wayOf = wayTexts(peers, ways);
  printTable(
    [
      { title: 'PEER' },
      { title: 'NAME' },
      { title: 'ADDRESS' },
      { title: 'SEEN' },
      ...(hasDetours ? [{ title: 'REACHED' }] : []),
      { title: 'FOR', align: 'right' },
      { title: 'ROUND TRIP', align: 'right' },
    ],
    peers.map((peer) => {
      const [id = '', name = '', address = '', seen = '', ...rest] = rowOf(peer);
      const reached = hasDetours ? [wayOf(peer)] : [];
      return [id, name, address, seen, ...reached, ...rest];
    }),
  );
}

/** How each peer is reached; nothing for those that were never asked for a connection. */
function wayTexts(peers: readonly KnownPeer[], ways: readonly WaySeen[]) {
  const names = peerNames(peers);
  const texts = { direct: 'direct', reversed: 'dials itself', closed: 'not at all' } as const;
  return ({ peer }: KnownPeer): string => {
    const seen = ways.find((each) => each.peer === peer);
    if (!seen) return '-';
    if (seen.way !== 'relayed') return texts[seen.way];
    return `via ${(seen.relay && names.get(seen.relay)) ?? 'another peer'}`;
  };
}

/** None while the transfer service does not run, or is one of an earlier version. */
const waysOf = (bus: Bus): Promise<WaySeen[]> =>
  bus.call('ways.get', {}).then(
    ({ ways }) => ways,
    () => [],
  );

/** Nobody's while the transfer service does not run. */
const liarsOf = (bus: Bus): Promise<{ liars: Liar[] }> =>
  bus.call('liar.list', {}).catch((cause: unknown) => {
    if (codeOf(cause) === 'E_NOT_RUNNING') return { liars: [] };
    throw cause;
  });

function lieText({ peer, secondsAgo }: Liar, peers: readonly KnownPeer[]): string {
  const name = peers.find((known) => known.peer === peer)?.name;
  const who = name === undefined ? peer : `${shown(name)} (${peer})`;
  return `${who} sent wrong bytes ${timeText(secondsAgo)} ago: downloads ask it last. "iwanto block ${peer}" shuts it out.`;
}

const rowOf = ({
  peer,
  name,
  address,
  electionPort,
  seen,
  member,
  sinceSeconds,
  roundTripMs,
}: KnownPeer) => [
  peer,
  shown(name),
  shown(endpointText(address, electionPort)),
  member || seen === 'self' ? seen : `${seen}, silent`,
  timeText(sinceSeconds),
  roundTripMs === null ? '-' : `${roundTripMs.toFixed(1)} ms`,
];

const addedRowOf = (added: AddedHost, peers: readonly KnownPeer[]) => {
  const { host, port, addresses, heardMsAgo } = added;
  const peer = peers.find((each) => isAt(each, added));
  return [
    shown(endpointText(host, port)),
    addresses.length === 0 ? 'the name is unknown' : addresses.map(shown).join(' '),
    peer === undefined ? '-' : shown(peer.name),
    heardMsAgo === null ? 'never' : `${timeText(heardMsAgo / 1_000)} ago`,
  ];
};
