/** `iwanto share PATH`: shares one more folder, for good. */
import { EXIT } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { pathFrom } from '../input.js';
import { jsonLine, say, shown } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('path', { type: 'string', demandOption: true, describe: 'The folder to share' })
      .example('iwanto share ~/music', 'Others can now find and fetch its contents')
      .epilogue(
        'It is remembered; "iwanto unshare" takes it back. Exit codes: 0 shared, 2 not possible.',
      ),
  run: async ({ path, json }) => {
    const answer = await withBus((bus) => bus.call('share.add', { path: pathFrom(path) }));
    if (json) say(jsonLine(answer));
    else say(`${answer.already ? 'already shared' : 'shared'}: ${shown(answer.path)}`);
    return EXIT.done;
  },
});
