/** `iwanto open CONTENT`: plays a file, or what a folder holds, while it comes. */
import type { Bus, ReadFile, ReadOpened } from '@iwanto/bus';
import { EXIT, exitCodeOf } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { type Wanted, bytesOf } from '../content/bytes.js';
import { HttpDoor, type Served } from '../content/http-door.js';
import { contentNamed, contentWords } from '../content/named.js';
import { startPlayer } from '../content/player.js';
import { PLAYLIST, playable, playlistOf, typeOf } from '../content/playlist.js';
import { jsonLine, remark, say, shown } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('content', contentWords)
      .option('print', {
        type: 'boolean',
        default: false,
        describe: 'Print the address and start no player',
      })
      .option('player', {
        type: 'string',
        requiresArg: true,
        describe: 'Play it with this program, such as "mpv --fullscreen"',
      })
      .example('iwanto open 3f9a41c2', 'With what this system plays such files with')
      .example('iwanto open 1 --player mpv', 'The first result of the last search; ends with mpv')
      .example('iwanto open metropolis --print', 'The address, for any player of this host')
      .epilogue(
        'Of a folder, a playlist is made. The address is of use on this host only, and until the command ends: ' +
          'with the player that --player names, else with Ctrl-C. Exit codes: 0 done, 3 not found or no player, ' +
          '4 services not running or no leader yet, 5 no source left, 32 verification failed.',
      ),
  run: ({ content, print, player, json }) =>
    withBus(async (bus) => {
      const opened = await bus.call('read.open', { hash: await contentNamed(bus, content) });
      const files = opened.kind === 'directory' ? await playableIn(bus, opened) : undefined;
      let failed = undefined as Failure | undefined;
      const things = new Map<string, Served>();
      const door = new HttpDoor({
        served: (path) => things.get(path),
        onFailed: (failure) => {
          failed = failure;
          remark(shown(failure.sentence));
        },
      });
      const addressOf = await door.open();
      try {
        const first = offer(bus, things, { opened, files, addressOf });
        const address = addressOf(first);
        if (json) say(jsonLine({ url: address, hash: opened.hash, name: opened.name }));
        else if (print) say(address);
        if (print || json) return await untilInterrupted(opened);
        const playing = await startPlayer(player, address);
        const code = await playing.ended;
        // Its sentence was said when it happened.
        if (failed) return exitCodeOf(failed.code);
        if (code !== 0) throw playerFailure(code);
        return playing.isWaitedFor ? EXIT.done : await untilInterrupted(opened);
      } finally {
        door.close();
      }
    }),
});

const playerFailure = (code: number) =>
  new Failure('E_UNEXPECTED', `The player ended with ${code}: name another one with --player.`);

function untilInterrupted({ name }: ReadOpened): Promise<never> {
  remark(`${shown(name)} can be played until Ctrl-C.`);
  return new Promise(() => undefined);
}

async function playableIn(bus: Bus, { hash, name }: ReadOpened): Promise<ReadFile[]> {
  const all: ReadFile[] = [];
  for (;;) {
    const { total, files } = await bus.call('read.files', { hash, first: all.length });
    all.push(...files);
    if (all.length >= total || files.length === 0) break;
  }
  const found = playable(all);
  if (found.length > 0) return found;
  throw new Failure(
    'E_NOT_FOUND',
    `Nothing in ${name} can be played: it holds no film and no music.`,
  );
}

interface Offer {
  readonly opened: ReadOpened;
  readonly files: readonly ReadFile[] | undefined;
  readonly addressOf: (path: string) => string;
}

/** Fills the table of what is served; the path of what is to be opened. */
function offer(bus: Bus, things: Map<string, Served>, { opened, files, addressOf }: Offer): string {
  const { hash, name, size } = opened;
  const put = (number: number, called: string, file: Wanted & { readonly size: number }) => {
    const path = `${number}/${encodeURIComponent(called)}`;
    things.set(String(number), {
      ...{ path, name: called, type: typeOf(called), size: file.size, etag: file.hash },
      bytes: (range, signal) => bytesOf(bus, file, range, signal),
    });
    return path;
  };
  if (files === undefined) return put(0, name, { hash, size });
  const entries = files.map((file, number) => {
    const called = file.path.slice(file.path.lastIndexOf('/') + 1);
    const path = put(number, called, { hash: file.hash, within: hash, size: file.size });
    return { name: file.path, address: addressOf(path) };
  });
  const list = playlistOf(entries, name, hash);
  things.set(PLAYLIST, list);
  return list.path;
}
