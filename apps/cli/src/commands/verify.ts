/** `iwanto verify PATH`: verifies a finished download again, and prints its receipt. */
import { EXIT } from '@iwanto/service';
import { sizeText } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { pathFrom } from '../input.js';
import { countText, jsonLine, remark, say, shown } from '../print.js';

/** How many changed paths are printed; --json has all. */
const SHOWN_MAX = 20;

export const command = commandOf({
  options: (words) =>
    words
      .positional('path', {
        type: 'string',
        demandOption: true,
        describe: 'A file or folder that was downloaded',
      })
      .example(
        'iwanto verify ~/Downloads/film.mkv',
        'Check every byte against the hash it was fetched by',
      )
      .epilogue('Exit codes: 0 as it was fetched, 3 no download put it there, 32 changed since.'),
  run: ({ path, json }) =>
    withBus(async (bus) => {
      const receipt = await bus.call('download.verify', { path: pathFrom(path) });
      const { hash, bytes, files, kind, sources, placedMs, wrong, isWhole } = receipt;
      if (json) say(jsonLine(receipt));
      else {
        say(`root     ${hash}`);
        say(`path     ${shown(receipt.path)}`);
        say(
          `size     ${sizeText(bytes)}${kind === 'directory' ? `, ${countText(files, 'file')}` : ''}`,
        );
        say(`fetched  ${new Date(placedMs).toISOString()}`);
        for (const one of sources)
          say(`source   ${one.peer}  ${sizeText(one.bytes)} (${one.bytes})`);
        for (const one of wrong.slice(0, SHOWN_MAX)) remark(`changed  ${shown(one)}`);
        if (wrong.length > SHOWN_MAX) remark(`and ${wrong.length - SHOWN_MAX} more`);
        say(isWhole ? 'verified: every byte is as it was fetched' : 'not as it was fetched');
      }
      return isWhole ? EXIT.done : EXIT.verificationFailed;
    }),
});
