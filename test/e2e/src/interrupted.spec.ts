/** A download that is interrupted in every way a user can think of, and continues; two peers on the loopback interface. */
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, apart, freePort, sha256Of, until, within, writeMade } from '@iwanto/peer';

const LIMIT_MS = 30_000;
const LARGE_BYTES = 400 * 1_048_576 + 5;
/** Kills of the downloader in one download, and what each may cost. */
const KILLS = 5;
const AGAIN_BYTES_MAX = 16 * 1_048_576;

describe('an interrupted download', () => {
  let root: string;
  let seed: Peer;
  let fetcher: Peer;
  let hash: string;
  const large = () => join(root, 'files', 'large.bin');

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-cut-'));
    const discoveryPort = await freePort();
    await writeMade(large(), LARGE_BYTES);
    await writeMade(join(root, 'files', 'small.txt'), 4_096);
    const peers = ['seed', 'fetcher'].map((name) => new Peer(join(root, name)));
    [seed, fetcher] = peers as [Peer, Peer];
    for (const [peer, share] of [
      [seed, [join(root, 'files')]],
      [fetcher, []],
    ] as const) {
      await mkdir(peer.home);
      const downloadDir = `${peer.home}-downloads`;
      const config = { ...(await apart(discoveryPort)), share, downloadDir };
      await writeFile(join(peer.home, 'config.json'), JSON.stringify(config));
    }
    await Promise.all([seed.start(), fetcher.start()]);
    hash = (await fetcher.find('large', 'large.bin', LIMIT_MS)).hash;
  }, 120_000);

  afterAll(async () => {
    for (const peer of [seed, fetcher]) peer.kill();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  /** Starts the download and resolves when some of it has arrived. */
  async function underWay() {
    const child = fetcher.spawn(['download', hash, '--json']);
    if (!child.stdout) throw new Error('the command has no output');
    const lines = createInterface({ input: child.stdout });
    await within(
      LIMIT_MS,
      'the first bytes',
      (async () => {
        for await (const line of lines) {
          const event = JSON.parse(line) as { event: string; bytesDone?: number };
          if (event.event === 'done') throw new Error('the download was too fast to be cut');
          if ((event.bytesDone ?? 0) > 0) return;
        }
        throw new Error('the download told no progress');
      })(),
    );
    return child;
  }

  test('HOSTILE 32: Ctrl-C ends the command with 130, the service goes on', async () => {
    const child = await underWay();
    const over = once(child, 'exit');
    child.kill('SIGINT');
    expect((await over)[0]).toBe(130);
    const { downloads } = await fetcher.json<{ downloads: { hash: string; state: string }[] }>(
      'downloads',
    );
    expect(downloads.find((one) => one.hash === hash)?.state).toMatch(/running|done/);
    const done = await fetcher.download(hash);
    expect(await sha256Of(done.path)).toBe(await sha256Of(large()));
    await rm(done.path);
  }, 120_000);

  test('HOSTILE 71: everything is killed half-way; after a new start it goes on and is right', async () => {
    await underWay();
    fetcher.kill();
    await fetcher.ended(LIMIT_MS);
    const files = (await readdir(`${fetcher.home}-downloads`)).filter(
      (name) => !name.startsWith('.'),
    );
    expect(files).toEqual([]);
    await fetcher.start();
    await fetcher.find('large', 'large.bin', LIMIT_MS);
    const done = await fetcher.download(hash);
    expect(await sha256Of(done.path)).toBe(await sha256Of(large()));
  }, 120_000);

  test('killed five times in one download, it fetches at most 16 MiB again for each', async () => {
    // What this host already has would be copied, not fetched.
    await rm(join(`${fetcher.home}-downloads`, 'large.bin'), { force: true });
    const to = join(root, 'again');
    const sent = async () => {
      const text = JSON.stringify(await seed.status());
      return Number(/bytes sent: (\d+)/.exec(text)?.[1]);
    };
    const doneBytes = async () => {
      const { downloads } = await fetcher.json<{
        downloads: { hash: string; state: string; bytesDone: number }[];
      }>('downloads');
      return downloads.find((one) => one.hash === hash);
    };
    const before = await sent();
    const begun = await fetcher.run('download', hash, '--to', to, '--limit', '24M', '--detach');
    expect(begun.code).toBe(0);
    for (let kills = 1; kills <= KILLS; kills += 1) {
      const enough = (LARGE_BYTES / (KILLS + 2)) * kills;
      await until(`${enough} bytes`, 2 * LIMIT_MS, async () => {
        const one = await doneBytes();
        return one && one.bytesDone >= enough ? true : undefined;
      });
      fetcher.kill();
      await fetcher.ended(LIMIT_MS);
      await fetcher.start();
    }
    const done = await fetcher.download(hash);
    expect(done.path).toBe(join(to, 'large.bin'));
    expect(await sha256Of(done.path)).toBe(await sha256Of(large()));
    expect((await sent()) - before).toBeLessThanOrEqual(LARGE_BYTES + KILLS * AGAIN_BYTES_MAX);
  }, 300_000);

  test('fetched again it is there at once; other content of its name is not overwritten', async () => {
    await fetcher.download(hash);
    const again = await fetcher.download(hash);
    expect(again.bytes).toBe(LARGE_BYTES);
    const small = await fetcher.find('small', 'small.txt', LIMIT_MS);
    const place = join(`${fetcher.home}-downloads`, 'small.txt');
    await writeFile(place, 'mine');
    const refused = await fetcher.run('download', small.hash);
    expect([refused.code, refused.stderr]).toEqual([13, expect.stringContaining('small.txt')]);
    expect((await fetcher.run('download', small.hash, '--overwrite')).code).toBe(13);
    expect(await readFile(place, 'utf8')).toBe('mine');
    const { path } = await fetcher.download(small.hash, '--rename');
    expect(path).toBe(join(`${fetcher.home}-downloads`, 'small (1).txt'));
    expect(await sha256Of(path)).toBe(await sha256Of(join(root, 'files', 'small.txt')));
    expect((await fetcher.run('verify', path)).code).toBe(0);
  }, 60_000);

  test('shares change while running: shared is found, unshared is gone', async () => {
    const folder = join(root, 'more');
    await writeMade(join(folder, 'Extra Chapter.epub'), 9_999);
    expect((await seed.run('share', folder)).code).toBe(0);
    await fetcher.find('extra chaptr', 'Extra Chapter.epub', LIMIT_MS);
    expect((await seed.run('unshare', folder)).code).toBe(0);
    await until('the end of what is not shared any more', LIMIT_MS, async () =>
      (await fetcher.run('search', 'extra chapter')).code === 3 ? true : undefined,
    );
  }, 60_000);

  test('the last source goes: the command says so and ends with 5', async () => {
    const { hash: folder } = await fetcher.find('files', 'files', LIMIT_MS);
    seed.kill();
    const { code, stderr } = await fetcher.run(
      'download',
      folder,
      '--to',
      join(root, 'late'),
      '--wait',
      '2',
    );
    expect([3, 5]).toContain(code);
    expect(stderr).toMatch(/^iwanto: /m);
  }, 120_000);
});
