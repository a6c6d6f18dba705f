/** The hosts of the README: Ben's, and one that shares films; on a LAN of their own, in clean homes. */
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { PROGRAM, until } from '@iwanto/peer';
import { makeFilms } from './films.js';
import { type Lan, type LanHost, makeLan } from '@iwanto/peer/lan';

const COMMAND_LIMIT_MS = 60_000;
const READY_LIMIT_MS = 30_000;
const MIB = 1_048_576;

/** Their bytes are all zero, so that their hashes are those that the README shows. */
const FILMS = [
  ['Metropolis (1927) 1080p.mkv', 70 * MIB],
  ['Buster Keaton/The General (1926).mkv', 40 * MIB],
  ['Buster Keaton/Sherlock Jr. (1924).mkv', 20 * MIB],
] as const;
/** One that can be played, so small that ffmpeg makes it in a second. */
const PLAYABLE = 'Sunrise (1927).mkv';
const PLAYABLE_SECONDS = 4;
/** Of the pictures that `makeFilms` makes, per second. */
const FRAMES_PER_SECOND = 25;
export const PLAYABLE_FRAMES = PLAYABLE_SECONDS * FRAMES_PER_SECOND;

/** What a terminal shows for one command. */
export interface Seen {
  readonly code: number | null;
  readonly lines: readonly string[];
}

const PLAYED = 'played';

/** Stands for a player, which would need a screen: decodes every frame of the address, its last word, and keeps their number. */
const playerScript = (room: string): string => `#!/bin/sh
for address; do :; done
exec ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 "$address" > ${room}/${PLAYED}
`;

export class ReadmeSession {
  readonly #lan: Lan;
  /** Whether Ben's services run; a command that is run alone starts them. */
  #isStarted = false;

  private constructor(
    readonly room: string,
    lan: Lan,
  ) {
    this.#lan = lan;
  }

  /** Creates both homes and starts the other host. `parent` must have a short path: sockets are below it. */
  static async open(parent: string): Promise<ReadmeSession> {
    const session = new ReadmeSession(await mkdtemp(join(parent, 'iw-')), makeLan(2));
    for (const [name, bytes] of FILMS) {
      const path = join(session.room, 'anna/films', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '');
      await truncate(path, bytes);
    }
    makeFilms(session.room, PLAYABLE_SECONDS);
    await rename(join(session.room, 'cues.mkv'), join(session.room, 'anna/films', PLAYABLE));
    await mkdir(join(session.room, 'bin'));
    const script = `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`;
    await writeFile(join(session.room, 'bin/iwanto'), script, { mode: 0o755 });
    await writeFile(join(session.room, 'bin/mpv'), playerScript(session.room), { mode: 0o755 });
    for (const folder of ['ben/music', 'ben/.run', 'anna/.run']) {
      await mkdir(join(session.room, folder), { recursive: true, mode: 0o700 });
    }
    await writeFile(join(session.room, 'ben/music/Blue Danube.flac'), Buffer.alloc(9 * MIB));
    await session.#start('anna', `iwanto start --share '${join(session.room, 'anna/films')}'`);
    return session;
  }

  /** Runs one command of Ben's as his shell would. `iwanto start` continues until the end of the session. */
  async run(command: string): Promise<Seen> {
    if (command.startsWith('iwanto start')) {
      this.#isStarted = true;
      return this.#start('ben', command);
    }
    if (!this.#isStarted) await this.run('iwanto start --share ~/music');
    const child = this.#shell('ben', command);
    const limit = setTimeout(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS);
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(limit);
    return { code, lines: this.#asShown(text) };
  }

  /** How many frames the player read of what it was given. */
  async played(): Promise<number> {
    return Number(await readFile(join(this.room, PLAYED), 'utf8'));
  }

  async close(): Promise<void> {
    this.#lan.remove();
    await rm(this.room, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  /** Until all three services are ready and, on Ben's host, the films are known. */
  async #start(user: 'anna' | 'ben', command: string): Promise<Seen> {
    const child = this.#shell(user, command);
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
    await until(`"ready" of ${user}`, READY_LIMIT_MS, async () => {
      await new Promise((looked) => setImmediate(looked));
      if (child.exitCode !== null) throw new Error(`${command} ended: ${text}`);
      return /^ready$/m.test(text) ? true : undefined;
    });
    if (user === 'ben') {
      await until('the films', READY_LIMIT_MS, async () => {
        const { code } = await this.run('iwanto search metropolis');
        return code === 0 ? true : undefined;
      });
    }
    return { code: 0, lines: this.#asShown(text) };
  }

  #shell(user: 'anna' | 'ben', command: string): ChildProcess {
    const home = join(this.room, user);
    const environment = [
      ...[`HOME=${home}`, `XDG_RUNTIME_DIR=${join(home, '.run')}`, 'SHELL=/bin/bash'],
      ...[`PATH=${join(this.room, 'bin')}:${process.env['PATH'] ?? ''}`, 'LANG=C.UTF-8'],
    ];
    const words = ['-i', ...environment, 'bash', '-c', `cd ~ && { ${command}; } 2>&1`];
    return this.#host(user).spawn('env', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  #host(user: 'anna' | 'ben'): LanHost {
    const host = this.#lan.hosts[user === 'ben' ? 0 : 1];
    if (!host) throw new Error(`the LAN has no host for ${user}`);
    return host;
  }

  #asShown(text: string): string[] {
    return (
      text
        .replaceAll(this.room, '/home')
        // Namespaces have no names of their own.
        .replaceAll(new RegExp(`\\b${hostname()}\\b`, 'g'), 'studio')
        .split('\n')
        .map((line) => line.trimEnd())
        .filter((line) => line !== '')
    );
  }
}
