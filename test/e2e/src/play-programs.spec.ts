/** Programs that people play films with, over a LAN: ffprobe, ffmpeg, mpv and Chromium; and pages that must get nothing. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, until } from '@iwanto/peer';
import { Browser } from './browser.js';
import { makeFilms } from './films.js';
import { type Lan, type LanHost, lanImpossible, makeLan } from '@iwanto/peer/lan';
import { type Opened, ended, opened } from './playing.js';

const isMissing = (program: string) => spawnSync(program, ['--version']).status === null;
const reason =
  lanImpossible() ?? (isMissing('ffmpeg') ? 'the command ffmpeg is missing' : undefined);
if (reason) process.stderr.write(`play-programs.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;
/** A test that needs one more program, which is not available everywhere. */
const withProgram = (program: string) => {
  if (!isMissing(program)) return test;
  process.stderr.write(`play-programs.spec.ts: skipped without ${program}\n`);
  return test.skip;
};

const LIMIT_MS = 30_000;
const SECONDS = 40;
const PLACES = [0, 3.4, 35, 7.2, 22, 11, 39, 15.5, 30, 27];

story('programs that play films', () => {
  let lan: Lan;
  let root: string;
  let peers: Peer[];
  let host: LanHost;

  const pathOf = (name: string) => join(root, 'films', name);
  const run = (program: string, ...words: string[]) => ended(host.spawn(program, words));

  async function playing<T>(name: string, work: (film: Opened) => Promise<T>): Promise<T> {
    const film = await opened(peers[1]!, name);
    try {
      return await work(film);
    } finally {
      film.stop();
      // Anything else would mean that a client got less than it was promised.
      expect((await film.end).stderr).toBe(`${name} can be played until Ctrl-C.\n`);
    }
  }

  /** A foreign page on the same host; returns its port. */
  async function servedPage(): Promise<string> {
    const program = `require('node:http').createServer((_, answer) => answer.end('<p>'))
      .listen(0, '127.0.0.1', function () { console.log(this.address().port); })`;
    const child = host.spawn(process.execPath, ['-e', program], { stdio: 'pipe' });
    const [port] = (await once(child.stdout!, 'data')) as [Buffer];
    return port.toString().trim();
  }

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-programs-'));
    lan = makeLan(2);
    host = lan.hosts[1]!;
    peers = lan.hosts.map((one, at) => new Peer(join(root, `host-${at}`), { host: one }));
    await mkdir(join(root, 'films'));
    makeFilms(join(root, 'films'), SECONDS);
    await peers[0]!.start('--share', join(root, 'films'));
    await peers[1]!.start('--download-dir', join(root, 'in'));
    for (const name of ['tail.mp4', 'cues.mkv', 'index.avi']) {
      await peers[1]!.find(name, name, LIMIT_MS);
    }
  }, 120_000);

  afterAll(async () => {
    for (const peer of peers) peer.kill();
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 60_000);

  test.each(['tail.mp4', 'cues.mkv', 'index.avi'])(
    'ffprobe and ffmpeg: %s is as long as it is, and ten places show what the file shows',
    async (name) => {
      await playing(name, async ({ address }) => {
        const facts = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0'];
        const { stdout } = await run('ffprobe', ...facts, address);
        expect(Math.round(Number(stdout.toString()))).toBe(SECONDS);
        const framesOf = async (input: string, out: string) => {
          const inputs = PLACES.flatMap((place) => ['-ss', String(place), '-i', input]);
          const outputs = PLACES.flatMap((_, at) => {
            const path = join(root, `${out}-${at}`);
            return ['-map', `${at}:v`, '-frames:v', '1', '-f', 'framemd5', '-y', path];
          });
          const { code, stderr } = await run('ffmpeg', '-v', 'error', ...inputs, ...outputs);
          expect([code, stderr]).toEqual([0, '']);
          const paths = PLACES.map((_, at) => join(root, `${out}-${at}`));
          return Promise.all(paths.map((path) => readFile(path, 'utf8')));
        };
        expect(await framesOf(address, 'played')).toEqual(await framesOf(pathOf(name), 'read'));
      });
    },
    60_000,
  );

  withProgram('mpv')(
    'mpv without a window plays from the middle, with subtitles beside the film, and ends',
    async () => {
      const player = 'mpv --no-config --no-terminal --vo=null --ao=null --start=20 --length=0.4';
      const played = await ended(peers[1]!.spawn(['open', 'cues.mkv', '--player', player]));
      expect([played.code, played.stderr]).toEqual([0, '']);
    },
    60_000,
  );

  withProgram('chromium')(
    'Chromium: the address alone plays, seeks and ends; pages of others get nothing (HOSTILE 19, 20)',
    async () => {
      await playing('tail.mp4', async ({ address }) => {
        const { port, pathname } = new URL(address);
        const browser = new Browser(host, join(root, 'profile'), ['evil.example 127.0.0.1']);
        try {
          await browser.open(address);
          // Nothing of the page's own runs in it, so that it is asked again and again.
          const reaches = (what: string) =>
            until(what, LIMIT_MS, async () => {
              const isSo = await browser.evaluate(`document.querySelector('video')?.${what}`);
              return isSo === true || undefined;
            });
          const film = `document.querySelector('video')`;
          await reaches('readyState > 0');
          await browser.evaluate(`void ${film}.play()`);
          await reaches('currentTime > 0.2');
          await browser.evaluate(`${film}.currentTime = ${SECONDS} - 0.5`);
          await reaches('ended');
          expect(await browser.evaluate(`${film}.videoWidth`)).toBe(320);
          await browser.open(`http://evil.example:${port}${pathname}`);
          expect(await browser.evaluate(`${film} === null`)).toBe(true);
          await browser.open(`http://evil.example:${await servedPage()}/`);
          const foreign = `fetch('${address}').then(() => 'read', () => 'refused')`;
          expect(await browser.evaluate(foreign)).toBe('refused');
        } finally {
          browser.close();
        }
      });
    },
    60_000,
  );
});
