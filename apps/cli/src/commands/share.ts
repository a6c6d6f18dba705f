/** `iwanto share PATH`: shares one more folder, permanently. */
import { EXIT } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { pathFrom } from '../input.js';
import { jsonLine, say, shown } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('path', { type: 'string', demandOption: true, describe: 'The folder to share' })
      .option('group', {
        type: 'string',
        describe: 'Only members of this group can find and fetch it',
      })
      .example('iwanto share ~/music', 'Others can now find and fetch its contents')
      .example(
        'iwanto share ~/plans --group team',
        'Only for hosts that know the passphrase of the group',
      )
      .epilogue(
        'The folder stays shared until "iwanto unshare". Exit codes: 0 shared, 2 not possible, 3 the group is not known here, 13 it is already shared with others.',
      ),
  run: async ({ path, group, json }) => {
    const question = { path: pathFrom(path), ...(group !== undefined && { group }) };
    const answer = await withBus((bus) => bus.call('share.add', question));
    const whom = answer.group === undefined ? '' : ` with the group ${answer.group}`;
    if (json) say(jsonLine(answer));
    else say(`${answer.already ? 'already shared' : 'shared'}${whom}: ${shown(answer.path)}`);
    return EXIT.done;
  },
});
