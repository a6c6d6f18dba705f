/** Starts the player: the user's choice, or the program with which the system opens such an address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { Failure } from '@iwanto/wire';

/** Opens an address and ends long before the player does. */
const SYSTEM = process.platform === 'darwin' ? 'open' : 'xdg-open';

export interface Player {
  /** It ends when the user has seen enough; the system's opener does not. */
  readonly isWaitedFor: boolean;
  /** Resolves with its exit code. */
  readonly ended: Promise<number>;
}

/** Failure E_NOT_FOUND if there is no such program, E_BAD_REQUEST if `command` names none. */
export async function startPlayer(
  command: string | undefined,
  address: string,
  subtitles: readonly string[] = [],
): Promise<Player> {
  const [program, ...words] = (command ?? SYSTEM).split(/\s+/).filter((word) => word !== '');
  // As in --player "$PLAYER" if nothing is set.
  if (program === undefined) throw new Failure('E_BAD_REQUEST', '--player names no program.');
  const child: ChildProcess = spawn(
    program,
    [...words, ...subtitleWords(program, subtitles), address],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  try {
    await once(child, 'spawn');
  } catch {
    const what = command === undefined ? `No player: ${program} is` : `The player ${program} is`;
    const advice = 'name one with --player, or take the address with --print';
    throw new Failure('E_NOT_FOUND', `${what} not installed or cannot be run; ${advice}.`);
  }
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1));
  return { isWaitedFor: command !== undefined, ended };
}

/** How players are given the address of subtitles. */
const SUBTITLE_OPTIONS = new Map([
  ['mpv', '--sub-file='],
  ['vlc', '--input-slave='],
  ['cvlc', '--input-slave='],
]);

function subtitleWords(program: string, subtitles: readonly string[]): string[] {
  const option = SUBTITLE_OPTIONS.get(basename(program));
  return option === undefined ? [] : subtitles.map((address) => `${option}${address}`);
}
