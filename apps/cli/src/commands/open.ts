/** `iwanto open CONTENT`: plays a file, or the contents of a folder, while it is being fetched. */
import type { ReadOpened } from '@iwanto/bus';
import { EXIT, exitCodeOf } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { keep } from '../content/keeping.js';
import { contentWords, openNamed } from '../content/named.js';
import { addressInNetwork, invite } from '../content/network.js';
import { startPlayer } from '../content/player.js';
import { type Showing, show } from '../content/showing.js';
import { numberFrom } from '../input.js';
import { jsonLine, remark, say, shown } from '../print.js';

/** How long devices in the network may reach it, in minutes: a long film, with a break. */
const MINUTES = 240;
const MINUTES_MAX = 1_440;
const MS_PER_MINUTE = 60_000;

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
      .option('lan', {
        type: 'boolean',
        describe: 'Let a television or a phone in this network play it',
      })
      .option('minutes', {
        type: 'number',
        requiresArg: true,
        describe: `With --lan: for how long, ${MINUTES} unless another is named`,
      })
      .option('keep', {
        type: 'boolean',
        default: false,
        describe: 'Download it as well',
      })
      .conflicts('lan', 'player')
      .implies('minutes', 'lan')
      .example('iwanto open 3f9a41c2', 'With the player that this system uses for such files')
      .example('iwanto open 1 --player mpv', 'The first result of the last search; ends with mpv')
      .example('iwanto open metropolis --print', 'The address, for any player of this host')
      .example('iwanto open metropolis --lan', 'The address and a QR code, for a television')
      .epilogue(
        'A folder becomes a playlist. Subtitles beside a film are offered with it. The address works only ' +
          'on this host, or with --lan in its network, and only until the command ends: with the player ' +
          'that --player names, after --minutes, otherwise with Ctrl-C. Exit codes: 0 done, 3 not found or no ' +
          'player, 4 services not running or no leader yet, 5 no source left, 9 disk full, 32 verification failed.',
      ),
  run: ({ content, print, player, lan = false, minutes = MINUTES, keep: isKept, json }) => {
    const limitMs = MS_PER_MINUTE * numberFrom('minutes', minutes, { min: 1, max: MINUTES_MAX });
    return withBus(async (bus) => {
      const opened = await openNamed(bus, content);
      const at = lan ? await addressInNetwork(bus) : undefined;
      const failed: Failure[] = [];
      const onFailed = (failure: Failure) => {
        failed.push(failure);
        remark(shown(failure.sentence));
      };
      const showing = await show({ bus, opened, at, onFailed });
      const endKeeping = isKept ? await keep(bus, opened, onFailed) : () => undefined;
      try {
        const endMs = lan ? Date.now() + limitMs : undefined;
        sayAddress({ opened, showing, endMs, json, print });
        if (endMs !== undefined) return await untilOver(opened, showing.address, endMs);
        if (print || (json && player === undefined)) return await untilInterrupted(opened.name);
        return await play(opened, showing, { player, failed });
      } finally {
        endKeeping();
        showing.close();
      }
    });
  },
});

interface Said {
  readonly opened: ReadOpened;
  readonly showing: Showing;
  readonly endMs: number | undefined;
  readonly json: boolean;
  readonly print: boolean;
}

function sayAddress({ opened: { hash, name }, showing, endMs, json, print }: Said): void {
  const { address: url, subtitles } = showing;
  if (json) {
    const until = endMs === undefined ? null : new Date(endMs).toISOString();
    const listed = subtitles.map((one) => ({ name: one.name, url: one.address }));
    return say(jsonLine({ url, hash, name, subtitles: listed, until }));
  }
  if (!print && endMs === undefined) return;
  say(url);
  for (const one of subtitles) remark(`Subtitles: ${one.address}`);
}

async function play(
  { name, kind }: ReadOpened,
  { address, subtitles }: Showing,
  { player, failed }: { player: string | undefined; failed: readonly Failure[] },
): Promise<number> {
  const beside = kind === 'file' ? subtitles.map((one) => one.address) : [];
  const playing = await startPlayer(player, address, beside);
  const code = await playing.ended;
  // It was reported when it happened.
  const [failure] = failed;
  if (failure) return exitCodeOf(failure.code);
  if (code !== 0) throw playerFailure(code);
  return playing.isWaitedFor ? EXIT.done : untilInterrupted(name);
}

const playerFailure = (code: number) =>
  new Failure('E_UNEXPECTED', `The player ended with ${code}: name another one with --player.`);

function untilInterrupted(name: string): Promise<never> {
  remark(`${shown(name)} can be played until Ctrl-C.`);
  return new Promise(() => undefined);
}

async function untilOver({ name }: ReadOpened, address: string, endMs: number): Promise<number> {
  await invite(name, address, endMs);
  await new Promise((resolve) => setTimeout(resolve, endMs - Date.now()));
  remark('The time is over: nobody can reach it any more.');
  return EXIT.done;
}
