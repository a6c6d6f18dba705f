/** `iwanto name [NAME]`: what others see this host as. */
import type { Bus } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { peerNames } from '../peer-names.js';
import { jsonLine, remark, say, shown } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('name', { type: 'string', describe: 'The new name; "" restores the host name' })
      .example('iwanto name', 'The name that others see for this host')
      .example('iwanto name anna', 'Change the name permanently')
      .epilogue('Two peers may choose the same name: then both are shown with their fingerprint.'),
  run: async ({ name, json }) =>
    withBus(async (bus) => {
      if (name !== undefined) await bus.call('name.set', { name });
      const own = await ownName(bus);
      if (json) say(jsonLine(own));
      else say(shown(own.name));
      if (!json && own.shown !== own.name)
        remark(`Another peer has this name; it is shown as ${own.shown}.`);
      return EXIT.done;
    }),
});

async function ownName(bus: Bus): Promise<{ name: string; shown: string; peer: string }> {
  const { peers } = await bus.call('peers.get', {});
  const own = peers.find(({ seen }) => seen === 'self');
  const peer = own?.peer ?? (await bus.call('election.status', {})).peer;
  const name = own?.name ?? '';
  return { name, shown: peerNames(peers).get(peer) ?? name, peer };
}
