/** What an installed command brings beside its work: completion, the manual page, removal, and a message on an old Node.js. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Bus,
  type Handlers,
  type ServiceName,
  type VerbsOf,
  openBus,
  verbs,
} from '@iwanto/bus';
import {
  DATA_FILES,
  type DataFile,
  dataFile,
  groupCatalogueFile,
  groupNameFrom,
  homePaths,
} from '@iwanto/service';
import { Failure, type FileHash } from '@iwanto/wire';
import { completionsOf } from './completion/complete.js';
import { ownedOf } from './owned.js';

const PROGRAM = join(process.cwd(), 'bin', 'iwanto.js');
const LIMIT_MS = 20_000;
const HASH = 'ab'.repeat(32) as FileHash;
const OTHER_HASH = 'cd'.repeat(32) as FileHash;

let home: string;
let bus: Bus | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'iwanto-install-'));
});
afterEach(async () => {
  await bus?.close();
  bus = undefined;
  await rm(home, { recursive: true, force: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  IWANT_HOME: home,
  XDG_CACHE_HOME: join(home, 'cache'),
  PATH: [join(home, 'bin'), process.env['PATH']].join(delimiter),
});

async function run(program: string, words: readonly string[], input = '') {
  const child = spawn(program, words, { env: environment(), timeout: LIMIT_MS });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const iwanto = (...words: string[]) => run(process.execPath, [PROGRAM, ...words]);

const isThere = (program: string) => spawnSync(program, ['--version']).status === 0;

/** The command under its own name in the path, as the scripts of the shells call it. */
async function putIntoPath(): Promise<void> {
  await mkdir(join(home, 'bin'));
  const script = `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`;
  await writeFile(join(home, 'bin', 'iwanto'), script, { mode: 0o755 });
}

const refuse = (): never => {
  throw new Failure('E_UNEXPECTED', 'not expected');
};

/** A service of which only the given verbs have answers of their own. */
async function serve<S extends ServiceName>(
  service: S,
  handlers: Partial<Handlers<VerbsOf<S>>>,
): Promise<void> {
  bus = await openBus({ runDir: homePaths({ IWANT_HOME: home }).runDir });
  const own = Object.entries(verbs).filter(([, { owner }]) => owner === service);
  const others = Object.fromEntries(own.map(([verb]) => [verb, refuse]));
  await bus.serve(service, { ...others, ...handlers });
}

/** A transfer service that has one download. */
const serveDownload = () =>
  serve('transfer', {
    'transfer.status': () => ({
      service: 'transfer',
      peer: '11'.repeat(10),
      pid: process.pid,
      version: '0.1.0',
      ready: true,
      port: 1,
      startedMsAgo: 1,
      ...{ notes: [], troubles: [] },
      revision: 1,
    }),
    'download.list': () => ({
      downloads: [
        {
          id: '1',
          revision: 1,
          hash: OTHER_HASH,
          kind: 'file',
          name: 'song.ogg',
          path: '/x/song.ogg',
          files: 1,
          filesDone: 0,
          failure: null,
          notes: [],
          bytes: 10,
          bytesDone: 5,
          bytesPerSecond: 0,
          seconds: 1,
          sources: 0,
          state: 'stalled',
        },
      ],
    }),
  });

const values = async (...words: string[]) =>
  (await completionsOf(words, { hash: async () => [{ value: HASH.slice(0, 8), about: 'film' }] }))
    .map(({ value }) => value)
    .join(' ');

describe('completion', () => {
  test.each([
    [['sea'], 'search'],
    [['down'], 'download downloads'],
    [['config', 'ge'], 'get'],
    [['--v'], '--verbose --version'],
    [['search', '--l'], '--limit'],
    [['start', '--share', 'x', '--sh'], '--share'],
    [['download', '--overwrite', '--ov'], ''],
    [['download', ''], 'abababab'],
    [['download', '--wait', '3', 'ab'], 'abababab'],
    [['download', 'ef'], ''],
    [['downloads', 'cl'], 'clear'],
    [['pause', 'ab'], 'abababab'],
    [['cancel', 'x', ''], 'abababab'],
    [['completion', 'z'], 'zsh'],
    [['help', 'sea'], 'search'],
    [['frobnicate', ''], ''],
    [[], 'start stop'],
  ])('%j', async (words, expected) => {
    const found = await values(...words);
    if (words.length > 0) expect(found).toBe(expected);
    else expect(found.startsWith(expected)).toBe(true);
  });

  test('hashes come from the last searches and from the downloads, with their names', async () => {
    await serveDownload();
    const paths = homePaths({ IWANT_HOME: home });
    await mkdir(paths.dataDir);
    const seen = [{ hash: HASH, kind: 'file', name: 'Metropolis.mkv', size: 1 }];
    const memory = JSON.stringify({ query: 'metro', shown: 1, seen });
    await writeFile(dataFile(paths, 'shownResults'), memory);
    const { stdout } = await iwanto('complete', '--', 'download', '');
    expect(stdout).toContain('abababab\tMetropolis.mkv\n');
    expect(stdout).toContain('cdcdcdcd\tsong.ogg, 10 B, stalled\n');
    expect((await iwanto('complete', '--', 'cancel', 'c')).stdout).toMatch(/^cdcdcdcd\t/);
  });

  test.each([
    ['bash', 'COMP_WORDS=(iwanto sha); COMP_CWORD=1; _iwanto; printf "%s\\n" "${COMPREPLY[@]}"'],
    ['zsh', '_describe() { print -l -- ${(P)2} }; words=(iwanto sha); CURRENT=2; _iwanto'],
    ['fish', 'complete -C "iwanto sha"'],
  ])('%s completes a command', async (shell, ask) => {
    await putIntoPath();
    const { stdout: script } = await iwanto('completion', shell);
    expect(script).toContain('complete');
    if (!isThere(shell)) return;
    const compdef = shell === 'zsh' ? 'compdef() { }\n' : '';
    const { stdout } = await run(shell, ['-c', `${compdef}${script}\n${ask}`]);
    expect(stdout).toMatch(/^share\b.*\n(.*\n)*shares\b/);
  });

  test.each(['bash', 'fish'])('%s completes folders', async (shell) => {
    await putIntoPath();
    if (!isThere(shell)) return;
    await mkdir(join(home, 'music and more'));
    const { stdout: script } = await iwanto('completion', shell);
    const typed = join(home, 'mus');
    const ask =
      shell === 'fish'
        ? `complete -C "iwanto share ${typed}"`
        : `COMP_WORDS=(iwanto share '${typed}'); COMP_CWORD=2; _iwanto; printf "%s\\n" "\${COMPREPLY[@]}"`;
    const { stdout } = await run(shell, ['-c', `${script}\n${ask}`]);
    expect(stdout.replaceAll('\\', '')).toContain(join(home, 'music and more'));
  });

  test('without a name the shell of the user; an unknown one is named', async () => {
    const unknown = await run('env', ['SHELL=/bin/dash', process.execPath, PROGRAM, 'completion']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    const zsh = await run('env', ['SHELL=/bin/zsh', process.execPath, PROGRAM, 'completion']);
    expect(zsh.stdout).toMatch(/^#compdef iwanto\n/);
  });
});

/** Every character takes one column: the bundle takes the length of help for its width. */
const NARROW = /^[\n -~\u2010-\u2026]*$/;

describe('the manual page', () => {
  test('names every command and every option that help names; help has no wide character', async () => {
    const { stdout: page } = await iwanto('man');
    const text = page.replaceAll('\\-', '-');
    const { stdout: help } = await iwanto('--help');
    expect(help).toMatch(NARROW);
    const commands = [...help.matchAll(/^ {2}iwanto (\w+)/gm)].map((match) => match[1] ?? '');
    expect(commands.length).toBeGreaterThan(15);
    for (const command of commands) {
      expect(text).toContain(`"iwanto ${command}`);
      const { stdout: own } = await iwanto(command, '--help');
      expect(own).toMatch(NARROW);
      for (const [, option] of own.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)) {
        expect(text).toContain(option);
      }
    }
  }, 60_000);

  test('man reads it without a complaint', async () => {
    const { stdout: page } = await iwanto('man');
    expect(page).toMatch(/^\.TH IWANTO 1 /);
    if (!isThere('groff')) return;
    const { stderr, stdout } = await run('groff', ['-man', '-Tutf8', '-ww', '-P-cbou'], page);
    expect(stderr).toBe('');
    expect(stdout).toContain('EXIT STATUS');
  });
});

describe('uninstall --data', () => {
  test('removes what is ours by name, and leaves and names what is not', async () => {
    const paths = homePaths({ IWANT_HOME: home });
    for (const dir of [paths.dataDir, paths.logDir, paths.runDir, paths.defaultDownloadDir]) {
      await mkdir(dir);
    }
    const unfinished = join(paths.defaultDownloadDir, '.iwant-tmp');
    await mkdir(join(unfinished, `${HASH}.tree`), { recursive: true });
    const own = [
      join(home, 'config.json.bak'),
      join(home, 'keys.json'),
      `${dataFile(paths, 'catalogue')}-wal`,
      `${dataFile(paths, 'catalogue')}.corrupt-123`,
      `${dataFile(paths, 'transfers')}.v1-99`,
      ...(Object.keys(DATA_FILES) as DataFile[]).map((file) => dataFile(paths, file)),
      groupCatalogueFile(paths, groupNameFrom('the.band-of_4')),
      `${dataFile(paths, 'history')}.old`,
      `${dataFile(paths, 'knownNames')}.1f.tmp`,
      join(paths.logDir, 'indexer1.log'),
      join(unfinished, `${HASH}.part`),
    ];
    const foreign = [
      ...['notes.sqlite', 'leftovers'].map((name) => join(paths.dataDir, name)),
      join(paths.defaultDownloadDir, 'Metropolis.mkv'),
      join(home, 'letter.txt'),
    ];
    for (const file of [...own, ...foreign]) await writeFile(file, 'x');
    const { code, stdout, stderr } = await iwanto('uninstall', '--data', '--yes');
    expect(code).toBe(0);
    for (const file of own) expect(stdout).toContain(`removed: ${file}\n`);
    for (const file of foreign) expect(await readFile(file, 'utf8')).toBe('x');
    expect(stderr).toContain(`contains something else: ${paths.dataDir}\n`);
    expect(await readdir(paths.defaultDownloadDir)).toEqual(['Metropolis.mkv']);
    expect(await readdir(home)).not.toContain('logs');
  });

  test('goes through while other commands fill the compile cache', async () => {
    const compiled = join(home, 'cache', 'iwanto', 'v26.0.0-x64-0');
    await mkdir(compiled, { recursive: true });
    await writeFile(join(home, 'keys.json'), 'x');
    let isOver = false;
    const filling = (async () => {
      for (let i = 0; !isOver; i++) await writeFile(join(compiled, `${i}`), 'x').catch(() => {});
    })();
    const { code, stdout } = await iwanto('uninstall', '--data', '--yes');
    isOver = true;
    await filling;
    expect(code).toBe(0);
    expect(stdout).toContain(`removed: ${compiled}\n`);
  });

  test('asks first, and a closed terminal is no yes', async () => {
    await writeFile(join(home, 'keys.json'), 'x');
    const refused = await iwanto('uninstall', '--data');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--yes');
    expect(await readFile(join(home, 'keys.json'), 'utf8')).toBe('x');
    expect((await iwanto('uninstall')).stderr).toContain('npm uninstall -g iwanto');
  });

  test('is refused while a service runs', async () => {
    await serveDownload();
    await writeFile(join(home, 'keys.json'), 'x');
    const refused = await iwanto('uninstall', '--data', '--yes');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('Still running: transfer');
  });

  test('a linked directory is not entered', async () => {
    const elsewhere = join(home, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'catalogue.sqlite'), 'x');
    const paths = homePaths({ IWANT_HOME: home });
    await symlink(elsewhere, paths.dataDir);
    const { files } = await ownedOf(paths, undefined);
    expect(files.filter((file) => file.startsWith(paths.dataDir))).toEqual([]);
  });
});

describe('the program that npm starts', () => {
  test('says in one sentence that Node.js is too old, in words that an old one understands', async () => {
    const code = (await readFile(PROGRAM, 'utf8')).replace(/^(#!|\s*\/[/*]).*$/gm, '');
    expect(code).not.toMatch(/\b(const|let|import|async|=>)\b|=>|`|\?\./);
    const said: string[] = [];
    const process = {
      versions: { node: '10.24.1' },
      stderr: { write: (text: string) => said.push(text) },
      exitCode: 0,
    };
    runInNewContext(code, { process, require: () => said.push('launched') });
    expect(said).toEqual(['iwanto: Node.js 10.24.1 is too old; install Node.js 22.22 or newer.\n']);
    expect(process.exitCode).toBe(1);
    process.versions.node = '22.22.0';
    runInNewContext(code, { process, require: () => said.push('launched') });
    expect(said[1]).toBe('launched');
  });
});
