/** `iwanto man`: the manual page, made from the commands themselves. */
import { EXIT, version } from '@iwanto/service';
import { commandOf } from '../command.js';
import { manPage } from '../manual/man-page.js';
import { outlineOf } from '../manual/outline.js';
import { jsonLine, say } from '../print.js';
import { COMMANDS } from '../table.js';

export const command = commandOf({
  options: (words) => words.example('iwanto man | man -l -', 'Read it'),
  run: async ({ json }) => {
    const outlines = await Promise.all(COMMANDS.map(outlineOf));
    if (json) say(jsonLine({ version, commands: outlines }));
    else process.stdout.write(manPage(outlines, version));
    return EXIT.done;
  },
});
