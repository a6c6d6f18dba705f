/** `iwanto cat CONTENT`: the bytes of a file, verified, to a pipe, as fast as it takes them. */
import { once } from 'node:events';
import { EXIT } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { bytesOf } from '../content/bytes.js';
import { contentWords, openNamed } from '../content/named.js';
import { type ByteRange, rangeIn } from '../content/range.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('content', contentWords)
      .option('range', {
        type: 'string',
        requiresArg: true,
        describe: 'Only these bytes, from 0: 0-99, 100-, or =-100 for the last 100',
      })
      .example('iwanto cat 3f9a41c2 | tar x', 'Unpack it while it arrives')
      .example('iwanto cat 3 --range 0-1023 | xxd', 'The first KiB of the third result')
      .example('iwanto cat notes.txt > notes.txt', 'By its name')
      .epilogue(
        'Nothing is kept on the disk. Exit codes: 0 done, 2 wrong range or a folder, 3 not found, ' +
          '4 services not running or no leader yet, 5 no source left, 9 disk full, 32 verification failed.',
      ),
  run: async ({ content, range, json }) => {
    if (json) throw new Failure('E_BAD_REQUEST', 'cat prints bytes, so it takes no --json.');
    if (process.stdout.isTTY) {
      const sentence =
        'Content of others is not printed to a terminal: write "| less" or "> FILE".';
      throw new Failure('E_BAD_REQUEST', sentence);
    }
    return withBus(async (bus) => {
      const { hash, kind, name, size } = await openNamed(bus, content);
      if (kind === 'directory') {
        const advice = '"iwanto open" plays it, "iwanto download" fetches it';
        throw new Failure('E_BAD_REQUEST', `${name} is a folder: ${advice}.`);
      }
      const wanted = range === undefined ? { from: 0, to: size } : rangeFrom(range, size);
      const never = new AbortController().signal;
      for await (const bytes of bytesOf(bus, { hash }, wanted, never)) {
        if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
      }
      return EXIT.done;
    });
  },
});

/** `=-100` is how the last bytes are written, as `--range=-100`; with a space it arrives with the sign. */
function rangeFrom(typed: string, size: number): ByteRange {
  const range = rangeIn(typed.replace(/^=/, ''), size);
  if (range === 'malformed') {
    const sentence = `--range takes two places such as 0-99, 100- or =-100, not "${typed}".`;
    throw new Failure('E_BAD_REQUEST', sentence);
  }
  if (range === 'outside') {
    throw new Failure(
      'E_BAD_REQUEST',
      `The content has ${size} bytes, none of which is in the range ${typed}.`,
    );
  }
  return range;
}
