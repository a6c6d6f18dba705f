/** `iwanto top`: a live screen of peers, downloads and uploads; without a terminal, one snapshot of them. */
import { EXIT } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { notInterruptible } from '../end.js';
import { importApart } from '../import-apart.js';
import { jsonLine, say } from '../print.js';
import { topLines } from '../top/lines.js';
import { Watcher } from '../top/model.js';
import type * as Screen from '../top/screen.js';

/** What a reader that is no terminal is taken for. */
const PLAIN = { columns: 120, rows: 60, chosen: -1, message: '' };

export const command = commandOf({
  options: (words) =>
    words
      .example('iwanto top', 'Show what is happening now; q quits')
      .epilogue(
        'Keys: up and down choose a download, p pauses or resumes it, c cancels it, o opens it.',
      ),
  run: async ({ json }) =>
    withBus(async (bus) => {
      const watcher = new Watcher(bus, () => performance.now());
      if (process.stdout.isTTY && process.stdin.isTTY && !json) {
        notInterruptible();
        const { showTop } = await importApart<typeof Screen>('./top/screen.js');
        await showTop(bus, watcher);
        return EXIT.done;
      }
      const moment = await watcher.look();
      if (json) say(jsonLine(moment));
      else for (const { text } of topLines(moment, PLAIN)) if (text !== '') say(text);
      return EXIT.done;
    }),
});
