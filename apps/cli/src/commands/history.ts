/** `iwanto history`: the downloads that ended on this host, the latest first. */
import { EXIT } from '@iwanto/service';
import { sizeText } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { numberFrom } from '../input.js';
import { jsonLine, remark, say, shown, styled, timeText } from '../print.js';
import { sayPaged } from '../screen/pager.js';
import { screenColumns, tableLines } from '../screen/table.js';
import { shortHashes } from '../short-hashes.js';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1_000;

export const command = commandOf({
  options: (words) =>
    words
      .option('limit', {
        type: 'number',
        requiresArg: true,
        default: LIMIT_DEFAULT,
        describe: `Show this many at most (1 to ${LIMIT_MAX})`,
      })
      .example('iwanto history', 'What was fetched, when, how fast, and where it is'),
  run: async ({ limit, json }) => {
    const question = { limit: numberFrom('limit', limit, { min: 1, max: LIMIT_MAX }) };
    const { downloads } = await withBus((bus) => bus.call('download.history', question));
    if (json) {
      say(jsonLine({ downloads }));
      return EXIT.done;
    }
    if (downloads.length === 0) remark('No download has ended here yet.');
    const hashes = shortHashes(downloads.map(({ hash }) => hash));
    const rows = downloads.map(({ endedMs, state, bytes, seconds, path, name }, at) => [
      ...[dateText(endedMs), state, sizeText(bytes), seconds > 0 ? timeText(seconds) : '-'],
      ...[hashes[at] ?? '', shown(path || name)],
    ]);
    const columns = [
      { title: 'WHEN' },
      { title: 'STATE' },
      { title: 'SIZE', align: 'right' as const },
      { title: 'TOOK', align: 'right' as const },
      { title: 'HASH', style: (text: string) => styled('cyan', text) },
      { title: 'PATH', cut: true },
    ];
    if (rows.length > 0) await sayPaged(tableLines(columns, rows, screenColumns()));
    return EXIT.done;
  },
});

/** Local time, sortable: `2026-11-26 10:05`. */
function dateText(ms: number): string {
  const date = new Date(ms);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
