/** `iwanto rescan`: compares the shared folders with the catalogue now. */
import { EXIT } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { jsonLine, say } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .option('full', { type: 'boolean', default: false, describe: 'Hash every file again' })
      .example('iwanto rescan', 'Find changes that the system did not report')
      .example('iwanto rescan --full', 'Trust nothing: read and hash everything again'),
  run: async ({ full, json }) => {
    const answer = await withBus((bus) => bus.call('share.rescan', { full }));
    say(json ? jsonLine(answer) : 'rescanning; "iwanto shares" shows how far it has got');
    return EXIT.done;
  },
});
