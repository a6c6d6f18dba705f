/** `iwanto unshare PATH`: stops sharing a folder; its files stay as they are. */
import { EXIT } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { pathFrom } from '../input.js';
import { jsonLine, say, shown } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('path', { type: 'string', demandOption: true, describe: 'The shared folder' })
      .example('iwanto unshare ~/music', 'Others no longer find it; no file is touched')
      .epilogue('Exit codes: 0 done, 3 the folder is not shared.'),
  run: async ({ path, json }) => {
    const answer = await withBus((bus) => bus.call('share.remove', { path: pathFrom(path) }));
    say(json ? jsonLine(answer) : `not shared any more: ${shown(answer.path)}`);
    return EXIT.done;
  },
});
