/** `iwanto peers [add|remove] [HOST[:PORT]…]`: who is known, and which hosts were added by address. */
import type { AddedHost, Bus, KnownPeer, Liar, WaySeen } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { Failure, HOST_FORMS, codeOf, endpointText } from '@iwanto/wire';
import { addHosts, addHostsAndWait, isAt, type NamedHost, removeHosts } from '../added-hosts.js';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { hostFrom } from '../input.js';
import { modeOfHost } from '../mode.js';
import { peerNames } from '../peer-names.js';
import { jsonLine, remark, say, shown, timeText } from '../print.js';
import { printTable } from '../screen/table.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('action', {
        type: 'string',
        choices: ['add', 'remove'] as const,
        describe: 'Add a host, or forget it',
      })
      .positional('hosts', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: `${HOST_FORMS}; all addresses of a name are tried`,
      })
      .option('wait', {
        type: 'boolean',
        default: false,
        describe:
          'After "add": wait up to 10 s for each host to answer; exit code 5 if one does not',
      })
      .example('iwanto peers', 'Who is known, since when, how, and how far away')
      .example('iwanto peers add 192.168.7.20', 'A host that multicast does not reach')
      .example('iwanto peers add 192.168.7.20 --wait', 'The same, and see whether it answers')
      .example(
        'iwanto peers add campus.lan',
        'A name with an address in each subnet joins them all',
      )
      .example('iwanto peers add 10.1.0.5 10.2.0.5', 'Several hosts, one in each other subnet')
      .example('iwanto peers remove 192.168.7.20', 'Forget it again'),
  run: async ({ action, hosts: typed, wait, json }) => {
    if (action === undefined) return await list(json);
    const hosts = namedHosts(action, typed);
    if (action === 'remove') await removeHosts(hosts, json);
    else await (wait ? addHostsAndWait : addHosts)(hosts, json);
    return EXIT.done;
  },
});

/** All of them are checked before the first is added. */
function namedHosts(action: string, typed: readonly string[]): NamedHost[] {
  if (typed.length === 0)
    throw new Failure(
      'E_BAD_REQUEST',
      `Name the host to ${action}: "iwanto peers ${action} HOST[:PORT]".`,
    );
  return typed.map(hostFrom);
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

/** How each peer is reached is shown only if at least one is not reached directly. */
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
  const { host, port, addresses, heardMsAgo, silent = [] } = added;
  const names = peers.filter((each) => isAt(each, added)).map(({ name }) => shown(name));
  const never =
    heardMsAgo !== null && silent.length > 0 ? `, never ${silent.map(shown).join(' ')}` : '';
  return [
    shown(endpointText(host, port)),
    addresses.length === 0 ? 'the name is unknown' : addresses.map(shown).join(' '),
    names.join(', ') || '-',
    heardMsAgo === null ? 'never' : `${timeText(heardMsAgo / 1_000)} ago${never}`,
  ];
};
