/** The built command against services that answer what the test wants: exit codes, words, streams. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Handlers, type ServiceName, type VerbsOf } from '@iwanto/bus';
import { isAnswer } from './json/answers.js';
import {
  FAILURE_CODES,
  Failure,
  type FailureCode,
  type CatalogId,
  type FileHash,
  type PeerId,
  type PublicKey,
} from '@iwanto/wire';
import {
  CommandLine,
  HASH,
  PEER,
  PROGRAM,
  downloadOf,
  ended,
  statusOf,
} from './testing/command-line.js';

/** Commands that a test starts at the same time. */
const COMMANDS_TOGETHER = 4;

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine();
});
afterEach(() => cli.close());

const iwanto = (...words: string[]) => cli.run(...words);
const start = (words: readonly string[], env?: NodeJS.ProcessEnv) => cli.start(words, env);
const fake = <S extends ServiceName>(service: S, handlers: Partial<Handlers<VerbsOf<S>>>) =>
  cli.fake(service, handlers);

describe('what is typed', () => {
  test.each([
    [['--version'], 0],
    [['--help'], 0],
    [['search', '--help'], 0],
    [[], 2],
    [['frobnicate'], 2],
    [['search'], 2],
    [['search', ''], 2],
    [['search', '   '], 2],
    [['search', 'x', '--min-size', 'large'], 2],
    [['search', 'x', '--type', 'shoe'], 2],
    [['search', 'x', '--newer', 'lately'], 2],
    [['search', 'x', '--frob'], 2],
    [['search', 'x', '--limit', 'NaN'], 2],
    [['search', 'x', '--limit', '-3'], 2],
    [['search', 'x', '--limit'], 2],
    [['search', '-name-'], 2],
    [['download'], 2],
    [['download', 'short'], 2],
    [['download', 'abababab', 'elsewhere'], 2],
    [['download', 'to'], 2],
    [['download', HASH, '--wait', '0'], 2],
    [['cat'], 2],
    [['cat', ' '], 2],
    [['cat', HASH, '--json'], 2],
    [['open'], 2],
    [['share'], 2],
    [['share', ''], 2],
    [['view'], 2],
    [['view', 'nonsense'], 2],
    [['peers', 'rename', 'x'], 2],
    [['peers', 'remove'], 2],
    [['peers', 'add'], 2],
    [['peers', 'add', 'host:99999'], 2],
    [['start', '--share', '/does/not/exist'], 2],
    [['start', '--interface', 'nonesuch0'], 2],
  ])('HOSTILE 92: iwanto %j ends with %d and no stack trace', async (words, code) => {
    const answer = await iwanto(...words);
    expect(answer.code).toBe(code);
    expect(answer.stderr).not.toMatch(/^\s+at /m);
    if (code !== 0) expect(answer.stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    [['frobnicate'], 'see "iwanto --help"'],
    [['search', 'x', '--frob'], 'Unknown option: --frob; see "iwanto search --help"'],
    [['serch', 'x'], '"serch" is not a command; did you mean "search"? See "iwanto --help".'],
    [['stpo'], 'did you mean "stop"'],
    [['search', '--foo'], 'Unknown option: --foo; see "iwanto search --help"'],
    [['download', '--foo', HASH], 'Unknown option: --foo; see "iwanto download --help"'],
    [['search', 'x', '--limt=3'], 'Unknown option: --limt; did you mean "--limit"? See'],
    [['search', 'dark', '-knight'], 'put names that begin with "-" after "--"'],
    [['search'], 'An argument is missing (put names that begin with "-" after "--"); see'],
    [['search', 'x', '--limit'], 'The option --limit needs a value; see "iwanto search --help"'],
    [['help', 'frobnicate'], '"frobnicate" is not a command; see "iwanto --help".'],
  ])('iwanto %j says where help is', async (words, expected) => {
    expect((await iwanto(...words)).stderr).toContain(expected);
  });

  test('help, help COMMAND and COMMAND --help are the same', async () => {
    expect((await iwanto('help')).stdout).toBe((await iwanto('--help')).stdout);
    const help = await iwanto('help', 'search');
    expect(help).toEqual(await iwanto('search', '--help'));
    expect(help.stdout).toContain('--limit');
  });

  test('every command explains itself with an example', async () => {
    const { stdout } = await iwanto('--help');
    const commands = [...stdout.matchAll(/^ {2}iwanto (\w+)/gm)].map((match) => match[1] ?? '');
    expect(commands.length).toBeGreaterThan(16);
    // A few at a time: with all of them together, each takes as long as all.
    for (let at = 0; at < commands.length; at += COMMANDS_TOGETHER) {
      const some = commands.slice(at, at + COMMANDS_TOGETHER);
      const helps = await Promise.all(some.map((command) => iwanto(command, '--help')));
      const seen = helps.map(({ code, stdout: help }) => [code, /Examples:/.test(help)]);
      expect(seen.map((one, index) => [some[index], ...one])).toEqual(
        some.map((command) => [command, 0, true]),
      );
    }
  }, 60_000);

  test('with --json a refusal is JSON on stdout and a sentence on stderr', async () => {
    const { stdout, stderr, code } = await iwanto('search', 'x', '--json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ error: 'E_NOT_RUNNING' });
    expect(stderr).toMatch(/^iwanto: .*iwanto start.*\n$/);
  });

  test('id and view config work without services', async () => {
    expect(JSON.parse((await iwanto('id', '--json')).stdout).peer).toMatch(/^[0-9a-f]{20}$/);
    expect((await iwanto('view', 'config')).code).toBe(3);
    await writeFile(join(cli.home, 'config.json'), '{"ports": {"indexer": -5}}');
    const wrong = await iwanto('view', 'config');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('ports.indexer');
    await writeFile(join(cli.home, 'config.json'), '{"logLevel": "debug"}');
    expect(JSON.parse((await iwanto('view', 'config')).stdout)).toMatchObject({
      logLevel: 'debug',
    });
  });
});

describe('services that are not there', () => {
  test.each([
    ['search', 'x'],
    ['download', HASH],
    ['share', '/tmp'],
    ['unshare', '/tmp'],
    ['shares'],
    ['rescan'],
    ['peers'],
    ['peers', 'add', '127.0.0.1'],
    ['wake', 'nas'],
    ['download', 'to', '/tmp'],
    ['downloads'],
    ['status'],
    ['stop'],
  ])('HOSTILE 31: iwanto %s %s says so and ends with 4', async (...words) => {
    const { code, stderr } = await iwanto(...words);
    expect(code).toBe(4);
    expect(stderr).toMatch(/running/);
  });

  test('status shows the part that can be told', async () => {
    await fake('transfer', {
      'transfer.status': () => statusOf('transfer'),
      'download.list': () => ({ downloads: [] }),
    });
    const { code, stdout } = await iwanto('status', '--json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      peer: PEER,
      role: null,
      services: { election: 'stopped', indexer: 'stopped', transfer: 'ready' },
    });
  });
});

describe('every refusal of a service has its exit code', () => {
  const EXPECTED: Record<FailureCode, number> = {
    E_BAD_REQUEST: 2,
    E_BAD_PATH: 2,
    E_NOT_FOUND: 3,
    E_AMBIGUOUS: 2,
    E_NOT_RUNNING: 4,
    E_NO_LEADER: 4,
    E_NOT_LEADER: 4,
    E_TIMEOUT: 4,
    E_BAD_ANSWER: 1,
    E_NO_SOURCE: 5,
    E_INTERRUPTED: 7,
    E_DISK_FULL: 9,
    E_EXISTS: 13,
    E_VERIFY: 32,
    E_CHANGED: 5,
    E_RANGE: 1,
    E_GAP: 1,
    E_LIMIT: 1,
    E_ALREADY_RUNNING: 1,
    E_UNEXPECTED: 1,
  };
  test('when a question is refused, and when a download fails', async () => {
    let code: FailureCode = 'E_UNEXPECTED';
    const failed = () => downloadOf({ state: 'failed', failure: { code, sentence: 'So it is.' } });
    await fake('transfer', {
      'download.start': failed,
      'download.list': () => {
        throw new Failure(code, 'So it is.');
      },
    });
    for (code of Object.keys(FAILURE_CODES) as FailureCode[]) {
      const [asked, fetched] = await Promise.all([
        iwanto('downloads'),
        iwanto('download', HASH, '--json'),
      ]);
      expect([code, asked.code, fetched.code]).toEqual([code, EXPECTED[code], EXPECTED[code]]);
      expect(asked.stderr).toBe('iwanto: So it is.\n');
      const last = fetched.stdout.trim().split('\n').at(-1) ?? '';
      expect(JSON.parse(last)).toMatchObject({ error: code });
    }
  }, 120_000);
});

/** What a tracker answers of these names. */
const found = (names: readonly string[]) => ({
  results: names.map((name, at) => ({
    hash: at.toString(16).padStart(64, '0') as FileHash,
    kind: 'file' as const,
    name,
    size: 2_048,
    peers: 2,
    score: 1,
    similar: false,
    modifiedMs: null,
    where: { folder: 'films', short: 'films', peers: [] },
    otherNames: [],
    group: at,
  })),
  total: names.length,
  totalIsLeast: false,
  similar: false,
  leader: PEER,
  partial: false,
});

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
    expect(several.stderr).toMatch(/shown here: 5{10}0.*\(a\.mkv\).*\(b\.mkv\).*\(c\)/);
  });

  test('may get another name', async () => {
    await iwanto('search', 'old');
    const { stderr } = await iwanto('download', '1', '--as', 'new draft.txt');
    expect(asked).toMatchObject([{ hash: hashAt(0), as: 'new draft.txt' }]);
    expect(stderr).toContain('new draft.txt is also called zz old draft.txt');
  });

  test('of several names, says the others', async () => {
    await iwanto('search', 'film');
    const { stderr } = await iwanto('download', '1');
    expect(stderr).toContain('a.mkv is also called film one.mkv, film eins.mkv');
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

describe('every --json has a schema', () => {
  const shared = {
    ...{ revision: 1, catalogId: '1'.repeat(16) as CatalogId, catalogueRevision: 1 },
    ...{ folders: [], files: 0, bytes: 0 },
    indexing: {
      ...{ active: false, filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0 },
      ...{ bytesPerSecond: null, secondsLeft: null },
    },
  };
  const want = { id: 1, query: 'x', get: false, sinceMs: 1, fitted: 0, found: [] };
  const self = {
    ...{ peer: PEER, name: 'ben', seen: 'self' as const, address: '::1', electionPort: 9 },
    ...{ indexerPort: 9, transferPort: 9, curveKey: 'cd'.repeat(32) as PublicKey, member: true },
    ...{ sinceSeconds: 1, roundTripMs: null, catalogue: null },
  };

  const mapped = { via: 'PCP' as const, router: '10.0.0.1', address: '10.9.0.1' };
  const sleeper = {
    ...{ peer: '22'.repeat(10) as PeerId, name: 'nas', mac: '02:00:00:00:00:0a' },
    ...{ interface: 'eth0', address: '10.0.0.7', seenMs: 1 },
  };

  beforeEach(async () => {
    await fake('election', {
      'election.status': () => statusOf('election'),
      'peers.get': () => ({ revision: 1, peers: [self] }),
      'network.get': () => ({
        ...{
          discoveryPort: 9,
          addresses: [],
          heard: [],
          outside: [],
          strangers: [],
          otherVersions: [],
        },
        troubles: ['eth0 has no address'],
        faults: [{ check: 'netmask', level: 'warning', text: 'they differ', remedy: 'Look.' }],
        mapping: { ...mapped, ports: [{ protocol: 'udp', port: 9, externalPort: 9 }] },
      }),
      'wake.list': () => ({ hosts: [sleeper] }),
      'wake.send': () => ({ interfaces: ['eth0'] }),
      'peers.add': () => ({ address: '::1', port: 9 }),
      'peers.remove': () => ({}),
      'peers.added': () => ({
        hosts: [{ host: 'h', port: 9, addresses: ['::1'], heardMsAgo: null }],
      }),
      'leader.get': () => ({
        ...{ revision: 1, peer: PEER, boot: '2'.repeat(16), role: 'leader', epoch: 1 },
        ...{ leader: self, standbys: [] },
      }),
      'name.set': ({ name }) => ({ name }),
    });
    await fake('indexer', {
      'indexer.status': () => statusOf('indexer'),
      'share.get': () => shared,
      'share.add': ({ path }) => ({ path, already: false }),
      'share.remove': ({ path }) => ({ path }),
      'share.rescan': () => ({ revision: 1 }),
      'want.add': () => want,
      'want.list': () => ({ wants: [want] }),
      'want.remove': () => want,
      'content.find': () => ({ contents: [] }),
      book: () => ({ leader: PEER, peers: [{ peer: PEER, address: '::1', files: 1 }] }),
      holders: ({ hashes }) => ({
        contents: hashes.map((hash) => ({ hash, names: ['n'], peers: [PEER], count: 2 })),
      }),
    });
    const ended = { ...downloadOf({ state: 'done' }), endedMs: 1 };
    await fake('transfer', {
      'transfer.status': () => statusOf('transfer'),
      'liar.list': () => ({ liars: [{ peer: PEER, times: 1, secondsAgo: 0 }] }),
      'download.list': () => ({ downloads: [downloadOf({})] }),
      'download.clear': () => ({ downloads: [downloadOf({})] }),
      'download.cancel': () => downloadOf({ state: 'cancelled' }),
      'download.history': () => ({ downloads: [ended] }),
      'upload.list': () => ({
        bytesSent: 5,
        uploads: [{ hash: HASH, bytes: 5, bytesPerSecond: 1 }],
      }),
      'folder.set': ({ path }) => ({ path }),
    });
  });

  test.each([
    ['status'],
    ['peers'],
    ['peers', 'add', 'h'],
    ['peers', 'remove', 'h'],
    ['wake'],
    ['wake', 'nas', '--wait', '0'],
    ['wake', 'ben'],
    ['name'],
    ['name', 'ben'],
    ['ls'],
    ['have', PROGRAM],
    ['want', 'x'],
    ['wants'],
    ['wants', 'remove', '1'],
    ['top'],
    ['history'],
    ['metrics'],
    ['downloads'],
    ['downloads', 'clear'],
    ['download', 'to', '/tmp'],
    ['share', '/tmp'],
    ['unshare', '/tmp'],
    ['shares'],
    ['rescan'],
    ['id'],
  ])('iwanto %s %s', async (...words) => {
    const answer = await iwanto(...words.filter((word) => word !== undefined), '--json');
    expect([answer.code, answer.stderr]).toEqual([0, '']);
  });

  test('status shows what a router maps, and what is wrong with its remedy', async () => {
    const { stdout } = await iwanto('status');
    expect(stdout).toContain('The router 10.0.0.1 maps UDP 9 at 10.9.0.1 to this host (PCP)');
    expect(stdout).toContain('"iwanto peers add 10.9.0.1:9"');
    expect(stdout).toContain('Network: they differ. Look.');
  });

  test('a host that can be woken is listed; one that does not come ends with 5, an unknown one with 3', async () => {
    expect((await iwanto('wake')).stdout).toMatch(/nas +02:00:00:00:00:0a +eth0 +\d+ d ago/);
    expect(await iwanto('wake', 'ben')).toMatchObject({ code: 0, stdout: 'ben is here\n' });
    expect(await iwanto('wake', 'nas', '--wait', '1')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('nas did not come within 1.0 s'),
    });
    expect(await iwanto('wake', 'nobody')).toMatchObject({ code: 3 });
    expect(await iwanto('wake', 'nas', '--wait', '-1')).toMatchObject({ code: 2 });
  });

  test('metrics have the names that Prometheus asks for', async () => {
    const { stdout } = await iwanto('metrics');
    expect(stdout).toContain('iwanto_service_up{service="indexer"} 1');
    expect(stdout).toMatch(
      /^# TYPE iwanto_upload_bytes_total counter\niwanto_upload_bytes_total 5$/m,
    );
  });

  test('events tell the present state first, one line each', async () => {
    const child = start(['events', '--only', 'share.changed']);
    const [first] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    child.kill('SIGTERM');
    expect((await ended(child)).code).toBe(0);
    const line: unknown = JSON.parse(first.toString().split('\n')[0] ?? '');
    expect(line).toMatchObject({ event: 'share.changed', body: { files: 0 } });
    expect(isAnswer('events', line)).toBe(true);
  });
});

describe('stop', () => {
  test('asks each service that is there and waits until it is gone', async () => {
    const bus = await fake('transfer', {
      'transfer.status': () => statusOf('transfer'),
      'transfer.stop': () => {
        setTimeout(() => void bus.close(), 100);
        return {};
      },
    });
    const { code, stdout } = await iwanto('stop', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { stopped: ['transfer'] }]);
  });
});
