/** `iwanto wake [PEER]`: wakes a sleeping host, and waits until it is online. */
import type { Bus, Wakeable } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { agoText } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { numberFrom } from '../input.js';
import { peerFrom } from '../peer-names.js';
import { jsonLine, remark, say, shown, timeText } from '../print.js';
import { printTable } from '../screen/table.js';
import { WAKE_SECONDS, WAKE_SECONDS_MAX, isHere, wakeFirst } from '../waking.js';

const MS_PER_SECOND = 1_000;

export const command = commandOf({
  options: (words) =>
    words
      .positional('peer', {
        type: 'string',
        describe: 'A name or a peer id; without it, the hosts that can be woken are listed',
      })
      .option('wait', {
        type: 'number',
        requiresArg: true,
        default: WAKE_SECONDS,
        describe: 'Seconds to wait until it is here; 0 sends the packet and ends',
      })
      .example('iwanto wake', 'The hosts that can be woken')
      .example('iwanto wake nas', 'Wake nas and wait for it')
      .epilogue(
        'The hardware address of a host in the same subnet is learnt while it is here; the host must have Wake-on-LAN ' +
          'switched on. Exit codes: 0 it is here, 3 its hardware address is not known, 5 it did not come.',
      ),
  run: ({ peer, wait, json }) =>
    withBus(async (bus) => {
      const { hosts } = await bus.call('wake.list', {});
      if (peer === undefined) return await list(bus, hosts, json);
      const limitSeconds = numberFrom('wait', wait, { min: 0, max: WAKE_SECONDS_MAX });
      return await wake(bus, { typed: peer, hosts, limitSeconds, json });
    }),
});

interface Wanted {
  readonly typed: string;
  readonly hosts: readonly Wakeable[];
  readonly limitSeconds: number;
  readonly json: boolean;
}

async function wake(bus: Bus, { typed, hosts, limitSeconds, json }: Wanted): Promise<number> {
  // A host that is online need not be woken, whether it could be or not.
  const { peers } = await bus.call('peers.get', {});
  const known = [...peers, ...hosts.filter(({ peer }) => !peers.some((one) => one.peer === peer))];
  const peer = peerFrom(known, typed);
  const name = known.find((each) => each.peer === peer)?.name ?? peer;
  if (limitSeconds === 0) {
    const { interfaces } = await bus.call('wake.send', { peer });
    if (json) say(jsonLine({ peer, name, wasHere: false, seconds: null, interfaces }));
    else say(`sent to ${shown(name)} by ${interfaces.join(', ')}`);
    return EXIT.done;
  }
  const woken = await wakeFirst(bus, [{ peer, name }], limitSeconds);
  if (json) say(jsonLine(woken));
  else if (woken.wasHere) say(`${shown(name)} is here`);
  else say(`${shown(name)} is here after ${timeText(woken.seconds)}`);
  return EXIT.done;
}

async function list(bus: Bus, hosts: readonly Wakeable[], json: boolean): Promise<number> {
  if (json) {
    say(jsonLine({ hosts }));
    return EXIT.done;
  }
  const { peers } = await bus.call('peers.get', {});
  const here = new Set(peers.filter(isHere).map(({ peer }) => peer));
  const ago = (seenMs: number) => agoText(Math.max(0, Date.now() - seenMs) / MS_PER_SECOND);
  printTable(
    [
      { title: 'PEER' },
      { title: 'NAME' },
      { title: 'HARDWARE ADDRESS' },
      { title: 'INTERFACE' },
      { title: 'SEEN' },
    ],
    hosts.map(({ peer, name, mac, interface: device, seenMs }) => [
      ...[peer, shown(name), mac, shown(device)],
      here.has(peer) ? 'here' : ago(seenMs),
    ]),
  );
  if (hosts.length === 0)
    remark(
      'No hardware address is known yet: hosts of the same subnet are learnt while they are here.',
    );
  return EXIT.done;
}
