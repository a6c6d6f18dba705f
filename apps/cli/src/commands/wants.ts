/** `iwanto wants`: the standing searches and what they found; `iwanto wants remove N` ends one. */
import type { Want } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { Failure, sizeText } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { jsonLine, remark, say, shown, styled } from '../print.js';
import { recall, remember, shownHashes } from '../remembered.js';
import { sayPaged } from '../screen/pager.js';
import { screenColumns, tableLines } from '../screen/table.js';
import { shortHashes } from '../short-hashes.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('action', { type: 'string', choices: ['remove'], describe: 'End one' })
      .positional('id', { type: 'number', describe: 'Which one' })
      .example('iwanto wants', 'List the standing searches, and what they found')
      .example('iwanto wants remove 2', 'Remove this want')
      .epilogue('"iwanto download 3" fetches the third result.'),
  run: async ({ action, id, json }) =>
    withBus(async (bus) => {
      if (action === undefined) {
        const { wants } = await bus.call('want.list', {});
        if (json) say(jsonLine({ wants }));
        else await print(wants);
        return EXIT.done;
      }
      if (id === undefined || !Number.isInteger(id)) {
        throw new Failure('E_BAD_REQUEST', 'Name the want by its number: "iwanto wants remove N".');
      }
      const want = await bus.call('want.remove', { id });
      say(json ? jsonLine(want) : `no longer wanted: ${shown(want.query)}`);
      return EXIT.done;
    }),
});

async function print(wants: readonly Want[]): Promise<void> {
  if (wants.length === 0) {
    remark('Nothing is wanted; "iwanto want NAME" starts a standing search.');
    return;
  }
  const found = wants.flatMap((want) => want.found.map((one) => ({ want, ...one })));
  const memory = await recall();
  const hashes = shortHashes(
    found.map(({ hash }) => hash),
    shownHashes(memory),
  );
  const lines = tableLines(
    [
      { title: 'WANT', align: 'right' },
      { title: 'FOUND', align: 'right' },
      { title: 'NAME', cut: true },
    ],
    wants.map(({ id, found: all, query, get }) => [
      ...[String(id), String(all.length), `${shown(query)}${get ? '  (fetched when found)' : ''}`],
    ]),
    screenColumns(),
  );
  if (found.length > 0) {
    const results = found.map((one) => ({ ...one, otherNames: [], holders: [] }));
    await remember({ query: 'wants', results }, memory);
    const columns = [
      { title: '#', align: 'right' as const },
      { title: 'WANT', align: 'right' as const },
      { title: 'HASH', style: (text: string) => styled('cyan', text) },
      { title: 'SIZE', align: 'right' as const },
      { title: 'NAME', cut: true },
    ];
    const rows = found.map(({ want, size, name }, at) => [
      ...[String(at + 1), String(want.id), hashes[at] ?? '', sizeText(size), shown(name)],
    ]);
    lines.push('', ...tableLines(columns, rows, screenColumns()));
  }
  await sayPaged(lines);
}
