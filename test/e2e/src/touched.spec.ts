/** What happens to a download when the owner of its files moves, touches, edits or removes them meanwhile. */
import { mkdir, mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, apart, freePort, sha256Of, until, writeMade } from '@iwanto/peer';

const LIMIT_MS = 40_000;
const FILM_BYTES = 48 * 1_048_576;
/** The film takes four seconds; a stalled download takes thirty more. */
const RATE = '12M';
const STALLED_MS = 25_000;
const SONGS = 40;
const SONG_BYTES = 1_048_577;

interface DownloadJson {
  readonly hash: string;
  readonly state: string;
  readonly bytesDone: number;
  readonly failure: { readonly code: string; readonly sentence: string } | null;
}

describe('while a download runs, at its source', () => {
  let root: string;
  let seed: Peer;
  let fetcher: Peer;
  const at = (...names: string[]) => join(root, 'files', ...names);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-touched-'));
    const discoveryPort = await freePort();
    for (const name of ['moved', 'touched']) await writeMade(at(`${name} film.bin`), FILM_BYTES);
    for (const name of ['edited album', 'quiet album']) {
      for (let song = 1; song <= SONGS; song += 1) {
        await writeMade(at(name, `song ${song}.mp3`), SONG_BYTES);
      }
    }
    [seed, fetcher] = [new Peer(join(root, 'seed')), new Peer(join(root, 'fetcher'))];
    for (const [peer, share] of [
      [seed, [join(root, 'files')]],
      [fetcher, []],
    ] as const) {
      await mkdir(peer.home);
      const downloadDir = `${peer.home}-got`;
      const config = { ...(await apart(discoveryPort)), share, downloadDir };
      await writeFile(join(peer.home, 'config.json'), JSON.stringify(config));
    }
    await Promise.all([seed.start(), fetcher.start()]);
  }, 120_000);

  afterAll(async () => {
    for (const peer of [seed, fetcher]) peer.kill();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  const viewOf = async (hash: string) => {
    const { downloads } = await fetcher.json<{ downloads: DownloadJson[] }>('downloads');
    return downloads.find((one) => one.hash === hash);
  };

  /** Begins a slow download and resolves when some of it is here. */
  const underWay = async (hash: string) => {
    expect((await fetcher.run('download', hash, '--limit', RATE, '--detach')).code).toBe(0);
    await until('the first bytes', LIMIT_MS, async () => {
      const view = await viewOf(hash);
      return view && view.bytesDone > 0 ? view : undefined;
    });
  };

  test.each([
    ['moved', () => rename(at('moved film.bin'), at('film with another name.bin'))],
    ['touched', () => utimes(at('touched film.bin'), 1_000_000_000, 1_000_000_000)],
  ] as const)(
    'a file is %s: it goes on',
    async (name, change) => {
      const { hash } = await fetcher.find(`${name} film`, `${name} film.bin`, LIMIT_MS);
      const sha256 = await sha256Of(at(`${name} film.bin`));
      await underWay(hash);
      expect((await viewOf(hash))?.bytesDone).toBeLessThan(FILM_BYTES);
      await change();
      const changedMs = performance.now();
      const done = await fetcher.download(hash);
      expect(performance.now() - changedMs).toBeLessThan(STALLED_MS);
      expect(await sha256Of(done.path)).toBe(sha256);
    },
    120_000,
  );

  test('a file of a folder is edited: the new hash is told, and what is equal is not fetched again', async () => {
    const { hash } = await fetcher.find('edited album', 'edited album', LIMIT_MS);
    await underWay(hash);
    await writeFile(at('edited album', `song ${SONGS}.mp3`), 'a new song');
    await rm(at('edited album', 'song 1.mp3'));
    const editedMs = performance.now();
    const failed = await until('the word that it changed', LIMIT_MS, async () => {
      const view = await viewOf(hash);
      if (view?.state === 'done') throw new Error('the edited file came before it was edited');
      return view?.failure?.code === 'E_CHANGED' ? view : undefined;
    });
    expect(performance.now() - editedMs).toBeLessThan(STALLED_MS);
    const now = /is now ([0-9a-f]{64})/.exec(failed.failure?.sentence ?? '')?.[1] ?? '';
    expect(now).toBe((await fetcher.find('edited album', 'edited album', LIMIT_MS)).hash);
    const sent = await bytesSent();
    const done = await fetcher.download(now);
    expect(await readFile(join(done.path, `song ${SONGS}.mp3`), 'utf8')).toBe('a new song');
    expect((await bytesSent()) - sent).toBeLessThan(done.bytes);
  }, 120_000);

  test('a file of a fetched folder is touched: with --overwrite nothing is sent again', async () => {
    const first = await fetcher.find('quiet album', 'quiet album', LIMIT_MS);
    await fetcher.download(first.hash);
    await utimes(at('quiet album', 'song 7.mp3'), 1_000_000_000, 1_000_000_000);
    const now = await until('the touched folder', LIMIT_MS, async () => {
      const found = await fetcher.find('quiet album', 'quiet album', LIMIT_MS);
      return found.hash === first.hash ? undefined : found.hash;
    });
    const sent = await bytesSent();
    const done = await fetcher.download(now, '--overwrite');
    expect((await bytesSent()) - sent).toBeLessThan(SONG_BYTES);
    expect((await fetcher.run('verify', done.path)).code).toBe(0);
  }, 120_000);

  /** Sent by the source, manifests and digests included. */
  async function bytesSent(): Promise<number> {
    return Number(/bytes sent: (\d+)/.exec(JSON.stringify(await seed.status()))?.[1]);
  }
});
