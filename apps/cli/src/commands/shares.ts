/** `iwanto shares`: the shared folders, and how far indexing has got. */
import { EXIT } from '@iwanto/service';
import { sizeText } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { indexingText } from '../indexing.js';
import { jsonLine, remark, say, shown, styled } from '../print.js';
import { printTable } from '../screen/table.js';

const groupText = (group: string | undefined) =>
  group === undefined ? '' : styled('dim', `  group ${group}`);

export const command = commandOf({
  options: (words) =>
    words.example('iwanto shares', 'Folders, files and bytes that others can find'),
  run: async ({ json }) => {
    const { folders, files, bytes, indexing } = await withBus((bus) => bus.call('share.get', {}));
    if (json) {
      say(jsonLine({ folders, files, bytes, indexing }));
      return EXIT.done;
    }
    if (folders.length === 0) remark('Nothing is shared; "iwanto share FOLDER" shares a folder.');
    else {
      printTable(
        [
          { title: 'FILES', align: 'right' },
          { title: 'SIZE', align: 'right' },
          { title: 'FOLDER' },
        ],
        folders.map((folder) => [
          String(folder.files),
          sizeText(folder.bytes),
          shown(folder.path) +
            groupText(folder.group) +
            (folder.warning && styled('yellow', `  ${shown(folder.warning)}`)),
        ]),
      );
    }
    if (indexing.active) say(indexingText(indexing));
    return EXIT.done;
  },
});
