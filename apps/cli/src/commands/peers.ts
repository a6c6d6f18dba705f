/** `iwanto peers` and `iwanto peers add HOST[:PORT]`: who is known, and who shall be. */
import type { KnownPeer } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { Failure, endpointText } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { hostFrom } from '../input.js';
import { jsonLine, remark, say, shown, timeText } from '../print.js';
import { printTable } from '../screen/table.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('action', { type: 'string', choices: ['add'], describe: 'Add a host' })
      .positional('host', { type: 'string', describe: 'HOST, HOST:PORT or [IPV6]:PORT' })
      .example('iwanto peers', 'Who is known, since when, how, and how far away')
      .example('iwanto peers add 192.168.7.20', 'A host that multicast does not reach'),
  run: async ({ action, host, json }) => {
    if (action === undefined) await list(json);
    else await add(host, json);
    return EXIT.done;
  },
});

async function add(typed: string | undefined, json: boolean): Promise<void> {
  if (typed === undefined)
    throw new Failure('E_BAD_REQUEST', 'Name the host to add: "iwanto peers add HOST[:PORT]".');
  const answer = await withBus((bus) => bus.call('peers.add', hostFrom(typed)));
  say(json ? jsonLine(answer) : `added: ${shown(endpointText(answer.address, answer.port))}`);
}

async function list(json: boolean): Promise<void> {
  const { peers } = await withBus((bus) => bus.call('peers.get', {}));
  if (json) {
    say(jsonLine({ peers }));
    return;
  }
  printTable(
    [
      { title: 'PEER' },
      { title: 'NAME' },
      { title: 'ADDRESS' },
      { title: 'SEEN' },
      { title: 'FOR', align: 'right' },
      { title: 'ROUND TRIP', align: 'right' },
    ],
    peers.map(rowOf),
  );
  if (peers.length <= 1) remark('Nobody else is known; see "When nothing is found" in the README.');
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
