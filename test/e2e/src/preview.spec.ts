/** What a film, a song, a photo and a text look like before they are downloaded; only little of it is fetched. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROGRAM, Peer, writeMade } from '@iwanto/peer';
import { ended } from './playing.js';
import { makeFilms, makePicture } from './films.js';
import { type Lan, lanImpossible, makeLan } from '@iwanto/peer/lan';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const reason = lanImpossible() ?? (hasFfmpeg ? undefined : 'the command ffmpeg is missing');
if (reason) process.stderr.write(`preview.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const LIMIT_MS = 30_000;

story('a preview', () => {
  let lan: Lan;
  let root: string;
  let source: Peer;
  let viewer: Peer;

  const shared = (...names: string[]) => join(root, 'films', ...names);
  const out = (name: string) => join(root, `${name}.png`);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-preview-'));
    lan = makeLan(2);
    [source, viewer] = lan.hosts.map((host, at) => new Peer(join(root, `${at}`), { host })) as [
      Peer,
      Peer,
    ];
    await mkdir(shared('photos'), { recursive: true });
    makeFilms(shared(), 40);
    makePicture(shared('photos', 'beach.jpg'));
    await writeFile(shared('notes.txt'), 'first\nsecond\n');
    await writeFile(
      shared('trap.mp4'),
      `#EXTM3U\n#EXTINF:1,\nfile://${shared('photos', 'beach.jpg')}\n`,
    );
    await writeMade(shared('blob.bin'), 100_000);
    await source.start('--share', shared());
    await viewer.start('--download-dir', join(root, 'in'));
    for (const name of ['tail.mp4', 'cues.mkv', 'beach.jpg', 'notes.txt', 'trap.mp4', 'blob.bin']) {
      await viewer.find(name, name, LIMIT_MS);
    }
  }, 120_000);

  afterAll(async () => {
    for (const peer of [source, viewer]) peer.kill();
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 60_000);

  const sizeOf = async (path: string) => {
    const png = await readFile(path);
    return [png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)];
  };

  test('a film: nine frames as a PNG, and its facts for scripts', async () => {
    const facts = await viewer.json('preview', 'tail.mp4', '--out', out('film'));
    expect(facts).toMatchObject({ kind: 'film', name: 'tail.mp4', width: 960, height: 540 });
    expect(Math.round((facts as { seconds: number }).seconds)).toBe(40);
    expect(await sizeOf(out('film'))).toEqual(['PNG', 960, 540]);
    const again = await viewer.run('preview', 'tail.mp4', '--out', out('film'));
    expect([again.code, again.stdout]).toEqual([13, '']);
  }, 60_000);

  test('on a terminal it is drawn; through a pipe it never is', async () => {
    const { code, stdout, stderr } = await viewer.run('preview', 'beach.jpg');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--out FILE');
    const line = `'${process.execPath}' '${PROGRAM}' preview beach.jpg`;
    const env = { ...process.env, IWANT_HOME: viewer.home, TERM: 'xterm', TMUX: '' };
    const drawn = lan.hosts[1]!.spawn('script', ['-qec', line, '/dev/null'], { env });
    expect((await ended(drawn)).stdout.toString()).toMatch(/\[38;[25];[\d;]+m▀/);
  }, 60_000);

  test('a photo of a folder, a text, a folder of names', async () => {
    expect(await viewer.json('preview', 'photos', '--out', out('photo'))).toMatchObject({
      ...{ kind: 'photo', name: 'beach.jpg', width: 320, height: 180, seconds: null },
    });
    expect((await viewer.run('preview', 'notes.txt')).stdout).toBe('first\nsecond\n');
    expect((await viewer.run('preview', 'notes.txt', '--out', out('text'))).code).toBe(2);
  }, 60_000);

  test('HOSTILE 141: a film that is a list of files on this disk shows none of them', async () => {
    const { code, stderr } = await viewer.run('preview', 'trap.mp4', '--out', out('trap'));
    expect([code, stderr]).toEqual([3, expect.stringContaining('no picture')]);
    await expect(readFile(out('trap'))).rejects.toThrow();
  }, 60_000);

  test('nothing to show, an unknown hash, no ffmpeg: a sentence and a code', async () => {
    for (const words of [['blob.bin'], ['0'.repeat(64)], ['zzzzqqqq no such name']]) {
      const { code, stderr } = await viewer.run('preview', ...words);
      expect([words, code]).toEqual([words, 3]);
      expect(stderr).toMatch(/^iwanto: .+\.\n$/);
    }
    const path = join(root, 'bin');
    await mkdir(path);
    await symlink(spawnSync('which', ['ip']).stdout.toString().trim(), join(path, 'ip'));
    const bare = await ended(viewer.spawn(['preview', 'tail.mp4'], { env: { PATH: path } }));
    expect([bare.code, bare.stderr]).toEqual([3, expect.stringContaining('not installed')]);
  }, 60_000);
});
