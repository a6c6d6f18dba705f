/** The built command in a home of its own, beside services that answer what a test wants. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Bus,
  type Download,
  type Handlers,
  type ServiceName,
  type ServiceStatus,
  type VerbsOf,
  openBus,
  verbs,
} from '@iwanto/bus';
import { afterEach, beforeEach } from '@jest/globals';
import { homePaths } from '@iwanto/service';
import { Failure, type FileHash, type PeerId } from '@iwanto/wire';
import { isAnswer } from '../json/answers.js';

export const PROGRAM = join(process.cwd(), 'bin', 'iwanto.js');
const COMMAND_LIMIT_MS = 20_000;

export const HASH = 'ab'.repeat(32) as FileHash;
export const PEER = '11'.repeat(10) as PeerId;

export class CommandLine {
  readonly home = mkdtempSync(join(tmpdir(), 'iwanto-cli-'));
  /** Of its own: a test that removes the cache must not remove that of the person who runs it. */
  readonly #cache = join(this.home, 'cache');
  readonly #buses: Bus[] = [];

  /** A service of which only the given verbs have answers of their own. */
  async fake<S extends ServiceName>(
    service: S,
    handlers: Partial<Handlers<VerbsOf<S>>>,
  ): Promise<Bus> {
    const bus = await openBus({ runDir: homePaths({ IWANT_HOME: this.home }).runDir });
    this.#buses.push(bus);
    const others = Object.fromEntries(
      Object.entries(verbs)
        .filter(([, { owner }]) => owner === service)
        .map(([verb]) => [
          verb,
          () => {
            throw new Failure('E_UNEXPECTED', `${verb} was not expected`);
          },
        ]),
    );
    await bus.serve(service, { ...others, ...handlers });
    return bus;
  }

  start(words: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    return spawn(process.execPath, [PROGRAM, ...words], {
      env: { ...process.env, IWANT_HOME: this.home, XDG_CACHE_HOME: this.#cache, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: COMMAND_LIMIT_MS,
    });
  }

  /** Runs a command; each line that it answers with --json has to fit a schema of docs/json.md. */
  async run(...words: string[]) {
    const answer = await ended(this.start(words));
    if (!words.includes('--json') || words.includes('--')) return answer;
    for (const line of answer.stdout.split('\n').filter(Boolean)) {
      if (!isAnswer(words[0] ?? '', JSON.parse(line))) throw new Error(`No schema fits: ${line}`);
    }
    return answer;
  }

  async close(): Promise<void> {
    await Promise.all(this.#buses.map((bus) => bus.close()));
    await rm(this.home, { recursive: true, force: true });
  }
}

/** A command line for each test of a spec file, closed after it. */
export function commandLine() {
  let cli: CommandLine;
  beforeEach(() => {
    cli = new CommandLine();
  });
  afterEach(() => cli.close());
  return {
    get home() {
      return cli.home;
    },
    iwanto: (...words: string[]) => cli.run(...words),
    start: (words: readonly string[], env?: NodeJS.ProcessEnv) => cli.start(words, env),
    fake: <S extends ServiceName>(service: S, handlers: Partial<Handlers<VerbsOf<S>>>) =>
      cli.fake(service, handlers),
  };
}

/** What it printed, and how it ended. */
export async function ended(child: ChildProcess) {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code: code ?? signal, stdout, stderr };
}

export const statusOf = (service: ServiceName): ServiceStatus => ({
  service,
  peer: PEER,
  pid: 1,
  version: '0.1.0',
  ready: true,
  port: 1,
  startedMsAgo: 1,
  notes: [],
  troubles: [],
  revision: 1,
});

export const downloadOf = (changes: Partial<Download>): Download => ({
  id: '1',
  revision: 1,
  hash: HASH,
  kind: 'file',
  name: 'film.mkv',
  path: '/tmp/film.mkv',
  state: 'running',
  bytes: 100,
  bytesDone: 0,
  files: 1,
  filesDone: 0,
  bytesPerSecond: 10,
  seconds: 1.5,
  sources: 1,
  failure: null,
  notes: [],
  ...changes,
});

/** What a tracker answers of these names. */
export const found = (names: readonly string[]) => ({
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
