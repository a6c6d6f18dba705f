/** `iwanto want NAME`: a standing search that reports, or fetches, new files. */
import { EXIT } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { jsonLine, remark, say, shown } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('name', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Words that the path of a new file must have',
      })
      .option('get', { type: 'boolean', default: false, describe: 'Also fetch what is found' })
      .example('iwanto want metropolis 1927', 'Report it as soon as a peer shares it')
      .example('iwanto want silicon valley s03 --get', 'Fetch each new episode')
      .epilogue('"iwanto wants" lists what was found; "iwanto events" reports it immediately.'),
  run: async ({ name, get, json }) => {
    const query = name.join(' ').normalize('NFC').trim();
    if (query === '') throw new Failure('E_BAD_REQUEST', 'The name to wait for is empty.');
    const want = await withBus((bus) => bus.call('want.add', { query, get }));
    if (json) say(jsonLine(want));
    else say(`wanted: ${shown(want.query)} (${want.id})`);
    if (!json && want.fitted > 0)
      remark(`${want.fitted} fit already: "iwanto search ${shown(want.query)}" shows them.`);
    return EXIT.done;
  },
});
