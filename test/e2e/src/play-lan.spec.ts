/** A film for a television: `iwanto open --lan` in a network of three hosts, with subtitles, and with the played film kept. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, sha256Of, until, writeMade } from '@iwanto/peer';
import { type Lan, type LanHost, lanImpossible, makeLan } from '@iwanto/peer/lan';
import { ended, opened, sha256 } from './playing.js';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
const reason = lanImpossible() ?? (hasCurl ? undefined : 'the command curl is missing');
if (reason) process.stderr.write(`play-lan.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const LIMIT_MS = 30_000;
const FILM = 'Metropolis (1927).mkv';
const SUBTITLES = 'Metropolis (1927).de.vtt';

story('a film for a television', () => {
  let lan: Lan;
  let root: string;
  let source: Peer;
  let viewer: Peer;
  let host: LanHost;
  let television: LanHost;

  const films = () => join(root, 'films');
  const small = () => join(root, 'small');
  const curl = (...words: string[]) => ended(television.spawn('curl', ['-s', ...words]));
  const statusOf = async (...words: string[]) =>
    Number((await curl('-o', '/dev/null', '-w', '%{http_code}', ...words)).stdout.toString());

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-play-lan-'));
    // Before the peers: a namespace sees only what was mounted before it.
    await mkdir(small());
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small()]);
    lan = makeLan(3);
    [host, television] = [lan.hosts[1]!, lan.hosts[2]!];
    source = new Peer(join(root, 'source'), { host: lan.hosts[0]! });
    viewer = new Peer(join(root, 'viewer'), { host });
    await writeMade(join(films(), FILM), 12 * 1_048_576 + 5);
    await writeFile(join(films(), SUBTITLES), 'WEBVTT\n');
    await writeMade(join(films(), 'shorts', 'shadow.mp4'), 2 * 1_048_576);
    await writeMade(join(films(), 'papers', 'read me.txt'), 10);
    await source.start('--share', films());
    await viewer.start('--download-dir', join(root, 'in'));
    await viewer.find('metropolis', FILM, LIMIT_MS);
    await viewer.find('shorts', 'shorts', LIMIT_MS);
  }, 120_000);

  afterAll(async () => {
    for (const peer of [source, viewer]) peer.kill();
    lan.remove();
    execFileSync('umount', ['-l', small()]);
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 60_000);

  test('the address works on another device, for that one content; Ctrl-C ends it', async () => {
    const { address, stop, end } = await opened(viewer, 'metropolis', '--lan');
    const { origin, hostname } = new URL(address);
    expect([hostname, address.length < 90]).toEqual([host.address, true]);
    expect(sha256((await curl(address)).stdout)).toBe(await sha256Of(join(films(), FILM)));
    for (const path of ['/', '/0/', `/${'A'.repeat(22)}/0/film.mkv`]) {
      expect(await statusOf('--path-as-is', origin + path)).toBe(404);
    }
    expect(await statusOf('-H', 'Host: evil.example', address)).toBe(404);
    expect(await statusOf('-H', 'Origin: http://evil.example', address)).toBe(404);
    const { port } = new URL(address);
    const here = host.spawn('curl', ['-s', address.replace(host.address, '127.0.0.1')]);
    expect([port, (await ended(here)).code]).toEqual([port, 7]);
    stop();
    const { code, stderr } = await end;
    expect([code, stderr]).toEqual([130, expect.stringContaining('It is not encrypted.')]);
    expect((await curl(address)).code).toBe(7);
  }, 60_000);

  test('subtitles beside the film: named, and for pages of other origins', async () => {
    const { address, stop, end } = await opened(viewer, 'metropolis', '--lan');
    const subtitles = address.replace(/\/0\/.*$/, '/1/x.vtt');
    const { stdout } = await curl('-i', '-H', 'Origin: http://player.example', subtitles);
    expect(stdout.toString()).toMatch(
      /^HTTP\/1.1 200 .*access-control-allow-origin: \*.*WEBVTT\n$/s,
    );
    stop();
    expect((await end).stderr).toContain(`Subtitles: ${new URL(address).origin}`);
  }, 60_000);

  test('a folder is a playlist whose entries work there as well', async () => {
    const { address, stop, end } = await opened(viewer, 'shorts', '--lan');
    const list = (await curl(address)).stdout.toString().split('\n');
    const [entry = ''] = list.filter((line) => line.startsWith(`http://${host.address}:`));
    const path = join(films(), 'shorts', 'shadow.mp4');
    expect(sha256((await curl(entry)).stdout)).toBe(await sha256Of(path));
    stop();
    await end;
  }, 60_000);

  test('a folder without anything playable, and options that do not fit: a sentence and a code', async () => {
    for (const [words, code] of [
      [['papers'], 3],
      [['metropolis', '--lan', '--player', 'mpv'], 2],
      [['metropolis', '--lan', '--minutes', '0'], 2],
      [['metropolis', '--minutes', '5'], 2],
    ] as const) {
      const answer = await viewer.run('open', ...words);
      expect([words, answer.code]).toEqual([words, code]);
      expect(answer.stderr).toMatch(/^iwanto: .+\.\n$/);
    }
  }, 60_000);

  test('what is played is kept: a download of it ends although nobody goes on playing', async () => {
    const { address, stop, end } = await opened(viewer, 'metropolis', '--keep');
    const played = host.spawn('curl', ['-s', '-r', '5000000-6000000', address]);
    expect((await ended(played)).stdout.length).toBe(1_000_001);
    const path = join(root, 'in', FILM);
    await until('the kept film', LIMIT_MS, () => sha256Of(path).catch(() => undefined));
    stop();
    await end;
    expect(await sha256Of(path)).toBe(await sha256Of(join(films(), FILM)));
  }, 60_000);

  test('a disk that is too small for what is to be kept: a sentence and its own code', async () => {
    expect((await viewer.run('download', 'to', small())).code).toBe(0);
    const player = ['--player', 'curl -s -o /dev/null'];
    const { code, stderr } = await viewer.run('open', 'metropolis', '--keep', ...player);
    expect([code, stderr]).toEqual([9, expect.stringContaining('bytes free')]);
  }, 60_000);
});
