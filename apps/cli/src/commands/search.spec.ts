/** The built command against a tracker that answers what a test wants: searches, what they remember, what peers share. */
import { spawn, spawnSync } from 'node:child_process';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Failure, type FileHash, type PeerId, type PublicKey } from '@iwanto/wire';
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
const { iwanto, fake } = cli;

describe('search', () => {
  test('passes on what was typed, numbers and dashes as they are', async () => {
    const asked: unknown[] = [];
    await fake('indexer', {
      search: (question) => {
        asked.push(question);
        return found(['x']);
      },
    });
    await iwanto('search', 'dark', 'knight', '--limit', '3');
    await iwanto('search', '007', '1e3');
    await iwanto('search', '--', '-rf', '--json');
    await iwanto('search', 'Ü/[a-z]*$(x)');
    expect(asked).toEqual([
      { query: 'dark knight', limit: 3, withLeft: true },
      { query: '007 1e3', limit: 20, withLeft: true },
      { query: '-rf --json', limit: 20, withLeft: true },
      { query: 'Ü/[a-z]*$(x)', limit: 20, withLeft: true },
    ]);
  });

  test('passes on filters as the tracker takes them', async () => {
    const asked: unknown[] = [];
    await fake('indexer', {
      search: (question) => {
        asked.push(question);
        return found(['x']);
      },
    });
    await iwanto(
      'search',
      'x',
      '--type',
      'videos,image',
      '--ext',
      '.MKV,mp4',
      '--min-size',
      '1.5G',
    );
    await iwanto(
      'search',
      'x',
      '--missing',
      '--peer',
      'anna',
      '--newer',
      '2024-05-31',
      '--sort',
      'size',
    );
    expect(asked).toMatchObject([
      {
        filters: { types: ['video', 'image'], extensions: ['mkv', 'mp4'], sizeMin: 1.5 * 2 ** 30 },
      },
      {
        sort: 'size',
        filters: { holding: 'missing', peer: 'anna', modifiedFromMs: 1_717_113_600_000 },
      },
    ]);
  });

  test('similar names are said to be so, and end with 3', async () => {
    await fake('indexer', { search: () => ({ ...found(['Interstellar.mkv']), similar: true }) });
    const { code, stdout, stderr } = await iwanto('search', 'intrestelr');
    expect([code, stdout]).toEqual([3, expect.stringContaining('Interstellar.mkv')]);
    expect(stderr).toContain('No match; similar names:');
  });

  test('what hosts had that left is said to be so, is counted nowhere, and ends with 3', async () => {
    const [one, two] = found(['here.mkv', 'gone.mkv']).results;
    const seen = { secondsAgo: 7_300, peers: [{ peer: PEER, name: 'anna' }] };
    const gone = { ...two!, peers: 0, seen };
    let results = [one!, gone];
    await fake('indexer', { search: () => ({ ...found([]), results, total: results.length - 1 }) });
    const both = await iwanto('search', 'mkv');
    expect([both.code, both.stdout]).toEqual([0, expect.stringContaining('seen 2 h ago on anna')]);
    expect(both.stderr).toBe('');
    const json = JSON.parse((await iwanto('search', 'mkv', '--json')).stdout);
    expect(json.results.map((result: { seen?: unknown }) => result.seen)).toEqual([
      undefined,
      seen,
    ]);
    results = [gone];
    const alone = await iwanto('search', 'mkv');
    expect([alone.code, alone.stderr]).toEqual([
      3,
      'Nobody who is here has it; it was seen before:\n',
    ]);
  });

  test('HOSTILE 60: a name cannot steer the terminal', async () => {
    await fake('indexer', { search: () => found(['\u001b[2J\u202efilm\n']) });
    const plain = await iwanto('search', 'film');
    expect(plain.stdout).toContain('\\x1b[2J\\u{202e}film\\x0a');
    const json = await iwanto('search', 'film', '--json');
    expect(json.stdout).toContain('"\\u001b[2J\\u202efilm\\n"');
    expect(JSON.parse(json.stdout).results[0].name).toBe('\u001b[2J\u202efilm\n');
  });

  test('nothing found ends with 3 and valid JSON', async () => {
    await fake('indexer', { search: () => found([]) });
    expect((await iwanto('search', 'x')).code).toBe(3);
    const { code, stdout } = await iwanto('search', 'x', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([3, found([])]);
  });

  test('HOSTILE 94: a reader that goes away is no failure', async () => {
    await fake('indexer', {
      search: () => found(Array.from({ length: 5_000 }, (_, at) => `name ${at}`)),
    });
    const script = `"$1" "$2" search x --limit 10000 --json | head -c 10; echo " \${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', script, '-', process.execPath, PROGRAM], {
      env: { ...process.env, IWANT_HOME: cli.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = await ended(child);
    expect([stdout, stderr]).toEqual(['{"results" 0\n', '']);
  });

  test('all of a long answer arrives, also through a pipe', async () => {
    const names = Array.from({ length: 4_000 }, (_, at) => `name ${at}`);
    await fake('indexer', { search: () => found(names) });
    const script = `"$1" "$2" search x --limit 10000 --json | cat`;
    const child = spawn('bash', ['-c', script, '-', process.execPath, PROGRAM], {
      env: { ...process.env, IWANT_HOME: cli.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout } = await ended(child);
    expect(JSON.parse(stdout)).toMatchObject({ results: { length: 4_000 } });
  });

  const scripted = spawnSync('script', ['--version']).status === 0 ? test : test.skip;
  scripted('HOSTILE 94: 20 columns, NO_COLOR and a dumb terminal are fine', async () => {
    await fake('indexer', { search: () => found(['a name that is longer than the screen']) });
    const onTerminal = (env: NodeJS.ProcessEnv) => {
      const line = `stty cols 20; '${process.execPath}' '${PROGRAM}' search zzz`;
      const child = spawn('script', ['-qec', line, '/dev/null'], {
        env: { ...process.env, IWANT_HOME: cli.home, TERM: 'xterm', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 20_000,
      });
      return ended(child);
    };
    const coloured = await onTerminal({ NO_COLOR: '' });
    expect(coloured.stdout).toContain('a name that is longer than the screen');
    expect(coloured.stdout).toContain('\u001b[');
    for (const env of [{ NO_COLOR: '1' }, { NO_COLOR: '', TERM: 'dumb' }]) {
      const plain = await onTerminal(env);
      expect(plain.code).toBe(0);
      expect(plain.stdout).not.toContain('\u001b[');
    }
  });
});

describe('what was shown', () => {
  const hashAt = (at: number) => `${'5'.repeat(10)}${at}`.padEnd(64, '0') as FileHash;
  const result = (at: number, name: string) => {
    return {
      ...{ hash: hashAt(at), kind: 'file' as const, name, size: 2_048, peers: 2, score: 1 },
      ...{ similar: false, modifiedMs: null, otherNames: [] as string[], group: at },
      where: { folder: 'films', short: 'films', peers: [] },
    };
  };
  const found = (names: readonly string[]) => {
    const results = names.map((name) => result(names.indexOf(name), name));
    if (names[0] === 'a.mkv') results[0]!.otherNames = ['film one.mkv', 'film eins.mkv'];
    return {
      ...{ results, total: names.length, totalIsLeast: false, similar: false },
      ...{ leader: PEER, partial: false },
    };
  };
  const asked: { hash: string; as?: string | undefined }[] = [];
  const NAMES_OF: Record<string, string[]> = {
    old: ['zz old draft.txt'],
    // Peers claim different sizes for it.
    twice: ['b.mkv', 'b.mkv'],
  };

  beforeEach(async () => {
    asked.length = 0;
    await fake('indexer', {
      search: ({ query }) => found(NAMES_OF[query] ?? ['a.mkv', 'b.mkv', 'c']),
      'content.find': () => ({
        contents: [{ kind: 'directory', hash: hashAt(1), manifestBytes: 1, path: '/films' }],
      }),
    });
    await fake('transfer', {
      'download.list': () => ({ downloads: [downloadOf({ hash: hashAt(2) })] }),
      'download.start': (question) => {
        asked.push(question);
        return downloadOf({ state: 'done', bytesDone: 100, name: question.as ?? 'theirs.txt' });
      },
    });
  });

  test('has a place, a mark, and a beginning that tells it from the others', async () => {
    const { stdout } = await iwanto('search', 'film');
    expect(stdout.split('\n').slice(1, 4)).toEqual([
      `1     ${hashAt(0).slice(0, 11)}  2.0 KiB      2  a.mkv  films`,
      `2  ✓  ${hashAt(1).slice(0, 11)}  2.0 KiB      2  b.mkv  films`,
      `3  ↓  ${hashAt(2).slice(0, 11)}  2.0 KiB      2  c      films`,
    ]);
    const { results } = JSON.parse((await iwanto('search', 'film', '--json')).stdout);
    expect(results.map(({ held }: { held: string }) => held)).toEqual([null, 'here', 'fetching']);
  });

  test('is fetched by its place or its beginning, under the name it was shown with', async () => {
    await iwanto('search', 'film');
    await iwanto('download', '3');
    await iwanto('search', 'old');
    await iwanto('download', '1');
    await iwanto('download', hashAt(1).slice(0, 11));
    expect(asked).toMatchObject([
      { hash: hashAt(2), as: 'c' },
      { hash: hashAt(0), as: 'zz old draft.txt' },
      { hash: hashAt(1), as: 'b.mkv' },
    ]);
  });

  test('HOSTILE 112: a hash of which peers say different sizes is one hash', async () => {
    await iwanto('search', 'twice');
    await iwanto('download', hashAt(0));
    await iwanto('download', hashAt(0).slice(0, 8));
    expect(asked).toMatchObject([
      { hash: hashAt(0), as: 'b.mkv' },
      { hash: hashAt(0), as: 'b.mkv' },
    ]);
  });

  test('has no further places than it had; a beginning of several is refused with their names', async () => {
    const early = await iwanto('download', '1');
    expect([early.code, early.stderr]).toEqual([3, expect.stringContaining('Search again')]);
    await iwanto('search', 'film');
    const beyond = await iwanto('download', '4');
    expect(beyond.stderr).toContain('The search for "film" showed 3; there is no result 4.');
    const several = await iwanto('download', '55555555');
    expect([several.code, asked]).toEqual([2, []]);
    expect(several.stderr).toMatch(
      /shown here begin with 55555555: 5{10}0.*\(a\.mkv\).*\(b\.mkv\).*\(c\)/,
    );
  });

  test('may get another name', async () => {
    await iwanto('search', 'old');
    const { stderr } = await iwanto('download', '1', '--as', 'new draft.txt');
    expect(asked).toMatchObject([{ hash: hashAt(0), as: 'new draft.txt' }]);
    expect(stderr).toContain('This content is also called zz old draft.txt.');
  });

  test('of several names, says the others', async () => {
    await iwanto('search', 'film');
    const { stderr } = await iwanto('download', '1');
    expect(stderr).toContain('This content is also called film one.mkv, film eins.mkv.');
    expect((await iwanto('download', '2')).stderr).not.toContain('also called');
  });
});

describe('what peers share', () => {
  const entry = (name: string, hash: FileHash | null) => {
    return { name, kind: 'file' as const, size: 1_024, files: 1, hash };
  };
  const known = (peer: PeerId, name: string, seen: 'self' | 'multicast') => ({
    ...{ peer, name, seen, address: '::1', electionPort: 9, indexerPort: 9, transferPort: 9 },
    ...{ curveKey: 'cd'.repeat(32) as PublicKey, member: true, sinceSeconds: 1 },
    ...{ roundTripMs: null, catalogue: null },
  });

  test('is listed page by page, and fetched by its place', async () => {
    const other = '22'.repeat(10) as PeerId;
    await fake('election', {
      'peers.get': () => {
        return {
          revision: 1,
          peers: [known(PEER, 'ben', 'self'), known(other, 'anna', 'multicast')],
        };
      },
      'peers.added': () => ({
        hosts: [
          { host: 'anna.lan', port: 9, addresses: ['::1'], heardMsAgo: 1_000 },
          { host: '10.9.9.9', port: 9, addresses: ['10.9.9.9'], heardMsAgo: null },
        ],
      }),
    });
    const asked: unknown[] = [];
    await fake('indexer', {
      'peer.list': (question) => {
        if (question.path === 'flims') throw new Failure('E_NOT_FOUND', 'Nothing has that name.');
        asked.push(question);
        return question.after === ''
          ? { entries: [entry('a', null), entry('b', HASH)], more: true }
          : { entries: [entry('c', 'cd'.repeat(32) as FileHash)], more: false };
      },
      book: () => ({ leader: PEER, peers: [{ peer: other, address: '::1', files: 7 }] }),
    });
    const { stdout } = await iwanto('ls', 'Anna/films/');
    expect(asked).toEqual([
      { peer: other, path: 'films', after: '' },
      { peer: other, path: 'films', after: 'b' },
    ]);
    expect(stdout.split('\n').slice(1, 4)).toEqual([
      '   not yet   1.0 KiB         a',
      '1  abababab  1.0 KiB         b',
      '2  cdcdcdcd  1.0 KiB         c',
    ]);
    expect((await iwanto('ls')).stdout).toContain('anna      7');
    expect((await iwanto('ls', 'carl')).code).toBe(3);
    const none = await iwanto('ls', 'anna/flims');
    expect([none.code, none.stderr]).toEqual([
      3,
      'iwanto: anna shares no folder "flims"; "iwanto ls anna" shows what there is.\n',
    ]);
    const peers = await iwanto('peers');
    expect(peers.stdout).toContain('[::1]:9');
    expect(peers.stdout).toMatch(/anna\.lan:9 +::1 +anna +1\.0 s ago/);
    expect(peers.stdout).toMatch(/10\.9\.9\.9:9 +10\.9\.9\.9 +- +never/);
    await fake('transfer', {
      'liar.list': () => ({ liars: [{ peer: other, times: 2, secondsAgo: 180 }] }),
    });
    const { stderr } = await iwanto('peers');
    expect(stderr).toContain(`anna (${other}) sent wrong bytes 3 min`);
  });
});
