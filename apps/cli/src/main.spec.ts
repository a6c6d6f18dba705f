/** The built command against services that answer what the test wants: exit codes, words, streams. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  type CatalogId,
  FAILURE_CODES,
  Failure,
  type FailureCode,
  type PeerId,
  type PublicKey,
} from '@iwanto/wire';
import { isAnswer } from './json/answers.js';
import {
  HASH,
  PEER,
  PROGRAM,
  commandLine,
  downloadOf,
  ended,
  statusOf,
} from './testing/command-line.js';

/** Commands that a test starts at the same time. */
const COMMANDS_TOGETHER = 4;

const cli = commandLine();
const { iwanto, start, fake } = cli;

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
    [['--frob'], 'Unknown option: --frob; see "iwanto --help"'],
    [['--frob', 'search', 'x'], 'Unknown option: --frob; see "iwanto --help"'],
    [['serch', 'x'], '"serch" is not a command; did you mean "search"? See "iwanto --help".'],
    [['stpo'], 'did you mean "stop"'],
    [['search', '--foo'], 'Unknown option: --foo; see "iwanto search --help"'],
    [['download', '--foo', HASH], 'Unknown option: --foo; see "iwanto download --help"'],
    [['search', 'x', '--limt=3'], 'Unknown option: --limt; did you mean "--limit"? See'],
    [['search', 'dark', '-knight'], 'put names that begin with "-" after "--"'],
    [['search'], 'NAME is missing (put names that begin with "-" after "--"); see'],
    [['verify', '--json'], 'PATH is missing'],
    [['search', 'x', '--limit'], 'The option --limit needs a value; see "iwanto search --help"'],
    [['limit', 'upload', '-5M'], 'Unknown option: -5M; put names that begin with "-" after "--"'],
    [['download', HASH, '--to', 'a', '--to=b'], 'The option --to was given 2 times'],
    [['log', '-n', '5', '--lines', '6'], 'The option -n was given 2 times'],
    [['open', HASH, '--minutes', '5'], 'The option --minutes is only for use with --lan'],
    [['want', ' '], 'The name to wait for is empty.'],
    [['download', HASH, '--as', ''], 'The name after --as is empty.'],
    [['config', 'get', 'logLvel'], 'did you mean "logLevel"?'],
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
      'peers.add': () => ({ address: '::1', port: 9, addresses: ['::1'] }),
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
