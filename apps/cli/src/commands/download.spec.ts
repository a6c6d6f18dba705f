/** The built command against a transfer service that answers what a test wants: downloads, their list, pipes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { Failure, type FileHash } from '@iwanto/wire';
import {
  HASH,
  PEER,
  PROGRAM,
  commandLine,
  downloadOf,
  ended,
  found,
} from '../testing/command-line.js';

const cli = commandLine();
const { iwanto, start, fake } = cli;

describe('download', () => {
  test('waits, shows progress, and tells the end in one JSON line', async () => {
    let asked = 0;
    const bus = await fake('transfer', {
      'download.start': () => downloadOf({}),
      'download.get': () => {
        asked += 1;
        bus.publish('download.progressed', downloadOf({ revision: 2, bytesDone: 50 }));
        return asked < 2
          ? downloadOf({ revision: 2, bytesDone: 50 })
          : downloadOf({ revision: 3, bytesDone: 100, state: 'done' });
      },
    });
    const { code, stdout } = await iwanto('download', HASH.slice(0, 8).toUpperCase(), '--json');
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ event: 'progress', bytesDone: 0 });
    expect(events.at(-1)).toEqual({
      event: 'done',
      hash: HASH,
      path: '/tmp/film.mkv',
      bytes: 100,
      seconds: 1.5,
      sources: 1,
    });
  });

  test('without a terminal the path is on stdout and plain lines on stderr', async () => {
    await fake('transfer', {
      'download.start': () => downloadOf({ state: 'done', bytesDone: 100, name: 'a\u001bb' }),
    });
    const { stdout, stderr } = await iwanto('download', HASH);
    expect(stdout).toBe('/tmp/film.mkv\n');
    expect(stderr).toContain('a\\x1bb 100 % of 100 B');
    expect(stderr).toContain('verified');
    expect(stderr).not.toContain('\u001b');
  });

  test('a download without a source ends with 5 after its limit, and says what it waited for', async () => {
    const stalled = () => downloadOf({ state: 'stalled' });
    await fake('transfer', { 'download.start': stalled, 'download.get': stalled });
    const { code, stderr, stdout } = await iwanto('download', HASH, '--wait', '1', '--json');
    expect(code).toBe(5);
    expect(stderr).toMatch(/No source for "film.mkv" answered for 1 s/);
    expect(stdout).toContain('"event":"interrupted"');
  });

  test('the service gives up before the wait is over: a source that appears meanwhile ends it well', async () => {
    const failure = { code: 'E_NO_SOURCE' as const, sentence: 'For 30 s no peer gave it.' };
    let asked = 0;
    await fake('transfer', {
      'download.start': () => downloadOf({ state: 'locating' }),
      'download.get': () => {
        asked += 1;
        if (asked < 3) return downloadOf({ state: 'failed', failure, revision: asked });
        return downloadOf({ state: 'done', bytesDone: 100, revision: asked });
      },
    });
    const { code, stdout } = await iwanto('download', HASH, '--wait', '60');
    expect([code, stdout]).toEqual([0, '/tmp/film.mkv\n']);
  });

  test('HOSTILE 123: where the beginning of a hash decided, the whole hash is said', async () => {
    const done = () => downloadOf({ state: 'done', bytesDone: 100 });
    await fake('transfer', { 'download.start': done, 'download.get': done });
    const { stderr } = await iwanto('download', HASH.slice(0, 8));
    expect(stderr).toContain(`${HASH.slice(0, 8)} means ${HASH}, "film.mkv"`);
    expect((await iwanto('download', HASH)).stderr).not.toContain('means');
  });

  test('a restarted service that forgot the number is asked anew', async () => {
    let starts = 0;
    await fake('transfer', {
      'download.start': () => {
        starts += 1;
        return starts === 1
          ? downloadOf({})
          : downloadOf({ id: '2', state: 'done', bytesDone: 100 });
      },
      'download.get': () => {
        throw new Failure('E_NOT_FOUND', 'No such download.');
      },
    });
    expect((await iwanto('download', HASH)).code).toBe(0);
    expect(starts).toBe(2);
  });

  test('HOSTILE 32: Ctrl-C ends the command with 130; the download goes on', async () => {
    await fake('transfer', {
      'download.start': () => downloadOf({}),
      'download.get': () => downloadOf({}),
    });
    const child = start(['download', HASH]);
    child.stderr?.once('data', () => child.kill('SIGINT'));
    const { code, stderr } = await ended(child);
    expect(code).toBe(130);
    expect(stderr).toContain('continues in the service');
  });
});

describe('downloads', () => {
  const OTHER = 'cd'.repeat(32) as FileHash;
  const two = () => [
    downloadOf({}),
    downloadOf({ id: '2', hash: OTHER, name: 'b', state: 'paused' }),
  ];

  test('are paused, resumed and cancelled by the beginning of a hash or all together', async () => {
    const asked: string[] = [];
    const acted = (word: string) => (question: { id: string }) => {
      asked.push(`${word} ${question.id}`);
      return two().find(({ id }) => id === question.id)!;
    };
    await fake('transfer', {
      'download.list': () => ({ downloads: two() }),
      'download.pause': acted('pause'),
      'download.resume': acted('resume'),
      'download.cancel': acted('cancel'),
    });
    expect((await iwanto('pause', '--all')).stdout).toBe('paused: film.mkv\n');
    expect((await iwanto('resume', '--all')).stdout).toBe('resumed: b\n');
    expect((await iwanto('cancel', HASH.slice(0, 8), OTHER)).code).toBe(0);
    expect(asked).toEqual(['pause 1', 'resume 2', 'cancel 1', 'cancel 2']);
    expect((await iwanto('pause', 'ffffffff')).code).toBe(3);
    expect((await iwanto('pause')).code).toBe(2);
  });

  test('a complete one is neither paused nor resumed nor cancelled, and nothing else is said', async () => {
    const done = downloadOf({ state: 'done' });
    await fake('transfer', {
      'download.list': () => ({ downloads: [done] }),
      'download.pause': () => done,
    });
    const { code, stdout, stderr } = await iwanto('pause', HASH);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe('film.mkv is complete: there is nothing to pause.\n');
    expect((await iwanto('cancel', '--all')).stderr).toBe('There is no download to cancel.\n');
  });

  test('of several contents end one by one; the exit code is that of the first that failed', async () => {
    const failure = { code: 'E_EXISTS' as const, sentence: 'It is taken.' };
    await fake('transfer', {
      'download.start': ({ hash }) =>
        hash === HASH
          ? downloadOf({ state: 'failed', failure })
          : downloadOf({ id: '2', hash: OTHER, state: 'done', path: '/tmp/b' }),
    });
    const { code, stdout, stderr } = await iwanto('download', HASH, OTHER);
    expect([code, stdout]).toEqual([13, '/tmp/b\n']);
    expect(stderr).toContain('It is taken.');
  });

  test('say what should be known of them before they go on', async () => {
    const notes = ['Replaces a, an earlier download.'];
    await fake('transfer', { 'download.start': () => downloadOf({ state: 'done', notes }) });
    expect((await iwanto('download', HASH)).stderr).toContain(notes[0]);
  });

  test('are served on unless they are begun with --no-reseed', async () => {
    const asked: boolean[] = [];
    await fake('transfer', {
      'download.start': ({ reseed }) => {
        asked.push(reseed);
        return downloadOf({ state: 'done' });
      },
    });
    await iwanto('download', HASH);
    await iwanto('download', HASH, '--no-reseed');
    expect(asked).toEqual([true, false]);
  });

  test('that were fetched are checked, with a receipt', async () => {
    const receipt = {
      ...{ path: '/tmp/film.mkv', hash: HASH, kind: 'file' as const, bytes: 100, files: 1 },
      ...{ placedMs: 0, sources: [{ peer: PEER, bytes: 100 }], isWhole: true, wrong: [] },
    };
    let isWhole = true;
    await fake('transfer', { 'download.verify': () => ({ ...receipt, isWhole }) });
    const { code, stdout } = await iwanto('verify', '/tmp/film.mkv');
    expect(code).toBe(0);
    expect(stdout).toContain(HASH);
    expect(stdout).toContain(`${PEER}  100 B`);
    isWhole = false;
    expect((await iwanto('verify', '/tmp/film.mkv')).code).toBe(32);
  });
});

describe('cat', () => {
  const BYTES = Buffer.from(Array.from({ length: 1_500_000 }, (_, at) => at % 251));

  const library = () => {
    const asked = new Set<number>();
    return fake('transfer', {
      'read.open': ({ hash }) => {
        if (hash.startsWith('cd')) throw new Failure('E_NOT_FOUND', 'Nothing has that hash.');
        return { hash: HASH, kind: 'file', name: 'a.bin', size: BYTES.length };
      },
      // Less than asked for, and at first nothing: as a service answers that still has to fetch it.
      'read.bytes': ({ offset, count }) => {
        const isLate = !asked.has(offset);
        asked.add(offset);
        const bytes = BYTES.subarray(offset, offset + Math.min(count, 100_000));
        return { bytes: new Uint8Array(isLate ? [] : bytes) };
      },
      'read.close': () => ({}),
    });
  };

  test('prints the bytes and nothing else', async () => {
    await library();
    const child = start(['cat', HASH]);
    const parts: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => parts.push(part));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
    expect(Buffer.concat(parts).equals(BYTES)).toBe(true);
  });

  test.each([
    [['cat', HASH, '--range', '5-3'], 2],
    [['cat', HASH, '--range', 'all'], 2],
    [['cat', HASH, '--range', '1500000-'], 2],
    [['cat', 'cd'.repeat(32)], 3],
  ])('%j is refused with a sentence', async (words, code) => {
    await library();
    const answer = await iwanto(...words);
    expect([answer.code, answer.stdout]).toEqual([code, '']);
    expect(answer.stderr).toMatch(/^iwanto: .+\.\n$/);
  });

  test('a full disk behind the pipe: a sentence and its own code', async () => {
    await library();
    const line = `'${process.execPath}' '${PROGRAM}' cat ${HASH} > /dev/full`;
    const { code, stderr } = await ended(
      spawn('sh', ['-c', line], { env: { ...process.env, IWANT_HOME: cli.home }, stdio: 'pipe' }),
    );
    expect([code, stderr]).toEqual([9, expect.stringContaining('The disk is full')]);
  });

  test('a name that only resembles something is not taken for it', async () => {
    await library();
    await fake('indexer', {
      search: () => ({ ...found(['metropolis.mkv']), similar: true }),
    });
    const answer = await iwanto('cat', 'metropolitan');
    expect([answer.code, answer.stdout]).toEqual([3, '']);
    expect(answer.stderr).toContain('similar is metropolis.mkv');
  });
});
