/** A film is found, piped and played before it is whole: from three hosts, one of which corrupts what it sends. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, sha256Of, until, writeMade } from '@iwanto/peer';
import { type Lan, type LanHost, lanImpossible, makeLan } from '@iwanto/peer/lan';
import { ended, opened, sha256 } from './playing.js';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
const reason = lanImpossible() ?? (hasCurl ? undefined : 'the command curl is missing');
if (reason) process.stderr.write(`play.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const CORRUPTING = fileURLToPath(new URL('../src/corrupting.cjs', import.meta.url));
const LIMIT_MS = 30_000;
const FILM = 'Metropolis (1927).mkv';
const FILM_BYTES = 60 * 1_048_576 + 77;

story('a film on a LAN', () => {
  let lan: Lan;
  let root: string;
  let sources: Peer[];
  let viewer: Peer;
  let host: LanHost;
  let film: Buffer;

  const folderOf = (at: number) => join(root, `host-${at}`, 'films');
  const curl = (...words: string[]) => ended(host.spawn('curl', ['-s', ...words]));
  const headersOf = async (...words: string[]) => {
    const { stdout } = await curl('-I', ...words);
    const [status = '', ...lines] = stdout.toString().trim().split('\r\n');
    const pairs = lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]);
    return { status: Number(status.split(' ')[1]), ...Object.fromEntries(pairs) } as Record<
      string,
      unknown
    >;
  };
  const statusOf = async (...words: string[]) =>
    Number((await curl('-o', '/dev/null', '-w', '%{http_code}', ...words)).stdout.toString());

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-play-'));
    lan = makeLan(4);
    const peers = lan.hosts.map((one, at) => {
      const env = at === 2 ? { NODE_OPTIONS: `--require ${CORRUPTING}` } : {};
      return new Peer(join(root, `host-${at}`, 'home'), { host: one, env });
    });
    sources = peers.slice(0, 3);
    viewer = peers[3]!;
    host = lan.hosts[3]!;
    await writeMade(join(folderOf(0), FILM), FILM_BYTES);
    film = await readFile(join(folderOf(0), FILM));
    for (const at of [1, 2]) {
      await writeMade(join(folderOf(at), 'other.txt'), 1);
      await writeFile(join(folderOf(at), FILM), film);
    }
    await writeMade(join(folderOf(0), 'shorts', '10 sunrise.mp4'), 3 * 1_048_576);
    await writeMade(join(folderOf(0), 'shorts', '9 shadow.mp4'), 2 * 1_048_576);
    await writeMade(join(folderOf(0), 'shorts', 'read me.txt'), 100);
    await Promise.all(
      peers.map((peer, at) =>
        peer.start(
          ...(at < 3 ? ['--share', folderOf(at)] : []),
          '--download-dir',
          `${root}/in-${at}`,
        ),
      ),
    );
    await until('three holders of the film', LIMIT_MS, async () => {
      const found = await viewer.find('metropolis', FILM, LIMIT_MS);
      return found.peers === 3 ? found : undefined;
    });
    await viewer.find('shorts', 'shorts', LIMIT_MS);
  }, 120_000);

  afterAll(async () => {
    for (const peer of [...sources, viewer]) peer.kill();
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 60_000);

  test('cat: the whole of it, and any part of it, by name, through a pipe', async () => {
    const whole = await ended(viewer.spawn(['cat', 'metropolis']));
    expect([whole.code, whole.stderr]).toEqual([0, '']);
    expect(sha256(whole.stdout)).toBe(sha256(film));
    for (const [range, from, to] of [
      ['0-0', 0, 1],
      ['1048570-2097160', 1_048_570, 2_097_161],
      [`${FILM_BYTES - 5}-`, FILM_BYTES - 5, FILM_BYTES],
      ['-3', FILM_BYTES - 3, FILM_BYTES],
      ['=-3', FILM_BYTES - 3, FILM_BYTES],
    ] as const) {
      const part = await ended(viewer.spawn(['cat', 'metropolis', `--range=${range}`]));
      expect(part.stdout.equals(film.subarray(from, to))).toBe(true);
    }
  }, 120_000);

  test('cat: what cannot be given is a sentence and an exit code', async () => {
    const cases: [string[], number][] = [
      [['shorts'], 2],
      [['metropolis', '--range', '9-3'], 2],
      [['metropolis', '--range', `${FILM_BYTES}-`], 2],
      [['metropolis', '--json'], 2],
      [['zzzzqqqq no such name'], 3],
      [['0'.repeat(64)], 3],
    ];
    for (const [words, code] of cases) {
      const answer = await ended(viewer.spawn(['cat', ...words]));
      expect([words, answer.code]).toEqual([words, code]);
      expect(answer.stderr).toMatch(/^iwanto: .+\.\n$/);
    }
  }, 120_000);

  test('open: what curl asks for is what it gets, whole, in parts, resumed', async () => {
    const { address, stop, end } = await opened(viewer, 'metropolis');
    expect(await headersOf(address)).toMatchObject({
      ...{ status: 200, 'accept-ranges': 'bytes', 'content-length': String(FILM_BYTES) },
      ...{ 'content-type': 'video/x-matroska', 'x-content-type-options': 'nosniff' },
    });
    for (const [range, from, to] of [
      ['0-0', 0, 1],
      ['5000000-9000000', 5_000_000, 9_000_001],
      [`${FILM_BYTES - 100}-`, FILM_BYTES - 100, FILM_BYTES],
      ['-100', FILM_BYTES - 100, FILM_BYTES],
      [`0-${10 * FILM_BYTES}`, 0, FILM_BYTES],
    ] as const) {
      const { stdout } = await curl('-r', range, address);
      expect(stdout.equals(film.subarray(from, to))).toBe(true);
    }
    expect(await headersOf('-r', '-100', address)).toMatchObject({
      ...{ status: 206, 'content-length': '100' },
      'content-range': `bytes ${FILM_BYTES - 100}-${FILM_BYTES - 1}/${FILM_BYTES}`,
    });
    expect(await headersOf('-r', `${FILM_BYTES}-`, address)).toMatchObject({
      ...{ status: 416, 'content-range': `bytes */${FILM_BYTES}` },
    });
    const copy = join(root, 'copy.mkv');
    await curl('-r', '0-7000000', '-o', copy, address);
    await curl('-C', '-', '-o', copy, address);
    expect(await sha256Of(copy)).toBe(sha256(film));
    stop();
    await end;
    expect((await curl(address)).code).toBe(7);
  }, 120_000);

  test('HOSTILE 19, 20: a guessed path, a foreign Host or Origin get 404 and nothing more; other hosts reach nothing', async () => {
    const { address, stop, end } = await opened(viewer, 'metropolis');
    const { origin, port, pathname } = new URL(address);
    const guesses = ['/', '/0/', `/${'A'.repeat(32)}/0/film.mkv`, pathname.replace('/0/', '/1/')];
    for (const path of guesses) expect(await statusOf('--path-as-is', origin + path)).toBe(404);
    for (const header of [
      'Host: evil.example',
      `Host: evil.example:${port}`,
      'Origin: http://evil.example',
      'Origin: null',
    ]) {
      const { stdout } = await curl('-i', '-H', header, address);
      const [head = '', body] = stdout.toString().split('\r\n\r\n');
      expect([header, head.split('\r\n')[0], body]).toEqual([header, 'HTTP/1.1 404 Not Found', '']);
      expect(head).not.toMatch(/access-control|etag|content-type/i);
    }
    expect(await statusOf('-X', 'POST', address)).toBe(405);
    const other = lan.hosts[0]!.spawn('curl', ['-s', address.replace('127.0.0.1', host.address)]);
    expect((await ended(other)).code).toBe(7);
    stop();
    await end;
  }, 60_000);

  test('open: a folder is a playlist in the order of its names', async () => {
    const { address, stop, end } = await opened(viewer, 'shorts');
    const { stdout } = await curl(address);
    const lines = stdout.toString().trim().split('\n');
    expect(lines.filter((line) => line.startsWith('#'))).toEqual([
      '#EXTM3U',
      '#EXTINF:-1,9 shadow.mp4',
      '#EXTINF:-1,10 sunrise.mp4',
    ]);
    const [first = ''] = lines.filter((line) => line.startsWith('http'));
    const path = join(folderOf(0), 'shorts', '9 shadow.mp4');
    expect(sha256((await curl(first)).stdout)).toBe(await sha256Of(path));
    stop();
    await end;
  }, 60_000);

  test('open: the player that is named gets the address, and its end is the end', async () => {
    const played = await ended(
      viewer.spawn(['open', 'metropolis', '--player', 'curl -s -o /dev/null']),
    );
    expect([played.code, played.stderr]).toEqual([0, '']);
    const inJson = await ended(viewer.spawn(['open', 'metropolis', '--player', 'true', '--json']));
    expect([inJson.code, JSON.parse(String(inJson.stdout))]).toMatchObject([0, { name: FILM }]);
    const missing = await ended(viewer.spawn(['open', 'metropolis', '--player', 'no-such-player']));
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain('no-such-player');
  }, 60_000);

  test('a source is killed while it is read from: not a byte is missing; all are: a sentence says so', async () => {
    const { address, stop, end } = await opened(viewer, 'metropolis');
    const slow = curl('--limit-rate', '20M', address);
    sources[0]?.kill();
    expect(sha256((await slow).stdout)).toBe(sha256(film));
    const played = join(root, 'played');
    const player = `curl -s -o ${played} --limit-rate 4M`;
    const inPlayer = ended(viewer.spawn(['open', 'metropolis', '--player', player]));
    await until('a player that plays', LIMIT_MS, () => stat(played).catch(() => undefined));
    const last = host.spawn('curl', ['-s', '--limit-rate', '4M', address]);
    await once(last.stdout ?? last, 'data');
    for (const source of sources) source.kill();
    const { code } = await ended(last);
    expect(code).not.toBe(0);
    const left = await inPlayer;
    expect([left.code, left.stderr]).toEqual([5, expect.stringMatching(/No peer has sent/)]);
    stop();
    expect((await end).stderr).toMatch(/No peer has sent a missing part/);
  }, 120_000);
});
