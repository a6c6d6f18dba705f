/**
 * `npm run demo`: two peers on the loopback interface do the whole main job on real files, and leave nothing behind.
 * With `--program FILE` they are driven through another command than the one of this checkout, such as an installed one.
 */
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type DoneJson,
  PROGRAM,
  Peer,
  type ResultJson,
  apart,
  freePort,
  sha256Of,
  until,
} from '@iwanto/peer';
import { reasonOf } from '@iwanto/wire';
import { compareFolders, copyDocuments, writeSeeded } from './demo/material.js';
import { Stage } from './demo/stage.js';

const LARGE_BYTES = 256 * 1_048_576;
const LARGE_NAME = 'Summer at the Lake 2019.mkv';
const MISSPELT = 'sumer at teh laek';
const FOLDER = 'documents';
const FOUND_LIMIT_MS = 15_000;
const REPOSITORY_DOCS = fileURLToPath(new URL('../../docs', import.meta.url));

class Demo {
  readonly #stage = new Stage();
  readonly #a: Peer;
  readonly #b: Peer;
  readonly #shared: string;
  readonly #fetched: string;
  readonly #sharedByB: string;
  /** Used by this demo alone: the user's real peer must not see its peers. */
  readonly #discoveryPort: number;

  constructor(
    readonly home: string,
    { discoveryPort, program }: { discoveryPort: number; program: string },
  ) {
    this.#a = new Peer(join(home, 'a'), { program });
    this.#b = new Peer(join(home, 'b'), { program });
    this.#discoveryPort = discoveryPort;
    this.#shared = join(home, 'files-of-a');
    this.#sharedByB = join(home, 'files-of-b');
    this.#fetched = join(home, 'fetched');
  }

  async tell(): Promise<void> {
    const stage = this.#stage;
    await stage.step('Files: documents of this machine, and one large file from a seed', () =>
      this.#makeFiles(),
    );
    await stage.step('Two peers start in homes of their own, on the loopback interface only', () =>
      this.#start(),
    );
    const film = await stage.step(`B searches, misspelt: iwanto search ${MISSPELT}`, () =>
      this.#search(MISSPELT, LARGE_NAME),
    );
    await stage.step('B downloads the large file', () => this.#fetchFile(film));
    await stage.step('B downloads a directory', () => this.#fetchFolder());
    await stage.step('A changes a file; B finds the change', () => this.#change());
    await stage.step('A is killed; B still answers', () => this.#loseA());
    await stage.step('B stops', () => this.#b.stop());
    console.log(`\nDone in ${stage.elapsed()}; nothing is left behind.`);
  }

  async close(): Promise<void> {
    this.#a.kill();
    this.#b.kill();
    // The kernel may still be removing a killed process from its folder.
    await rm(this.home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  async #makeFiles(): Promise<void> {
    const folder = join(this.#shared, FOLDER);
    for (const dir of [folder, this.#sharedByB]) await mkdir(dir, { recursive: true });
    await writeSeeded(join(this.#shared, LARGE_NAME), 'iwanto', LARGE_BYTES);
    await writeFile(join(folder, 'meeting notes.txt'), 'Monday: nothing yet.\n');
    await writeFile(join(this.#sharedByB, 'recipe for apple cake.txt'), 'Apples, flour, time.\n');
    const copied = await copyDocuments([REPOSITORY_DOCS, '/usr/share/doc'], folder);
    this.#stage.tell(`${copied + 1} documents, ${LARGE_NAME} of ${LARGE_BYTES / 1_048_576} MiB`);
  }

  async #start(): Promise<void> {
    for (const { home } of [this.#a, this.#b]) {
      await mkdir(home);
      const config = { ...(await apart(this.#discoveryPort)), share: [] };
      await writeFile(join(home, 'config.json'), JSON.stringify(config));
    }
    await Promise.all([
      this.#a.start('--share', this.#shared, '--download-dir', join(this.home, 'unused')),
      this.#b.start('--share', this.#sharedByB, '--download-dir', this.#fetched),
    ]);
    await until('one leader for both', FOUND_LIMIT_MS, async () => {
      const { leader, peers } = await this.#b.status();
      return leader !== null && peers.length === 2 ? true : undefined;
    });
    await this.#find(LARGE_NAME, LARGE_NAME);
  }

  /** Searches until the wanted name is found, then shows what a user would see. */
  async #search(query: string, wanted: string): Promise<ResultJson> {
    const found = await this.#find(query, wanted);
    const shown = await this.#b.must(['search', query, '--limit', '5']);
    for (const line of shown.trimEnd().split('\n')) this.#stage.tell(line);
    return found;
  }

  #find(query: string, wanted: string, unlike?: string): Promise<ResultJson> {
    return this.#b.find(query, wanted, FOUND_LIMIT_MS, unlike);
  }

  async #fetch({ hash }: ResultJson): Promise<DoneJson> {
    await this.#b.must(['download', hash], { showsProgress: true });
    const { downloads } = await this.#b.json<{ downloads: DoneJson[] }>('downloads');
    const done = downloads.find((one) => one.hash === hash);
    if (!done) throw new Error(`"iwanto downloads" does not list ${hash}`);
    return done;
  }

  async #fetchFile(film: ResultJson): Promise<void> {
    const done = await this.#fetch(film);
    const [a, b] = await Promise.all([
      sha256Of(join(this.#shared, LARGE_NAME)),
      sha256Of(done.path),
    ]);
    if (a !== b) throw new Error(`${done.path} is not what A shares`);
    const rate = done.bytes / 1_048_576 / Math.max(0.001, done.seconds);
    this.#stage.tell(
      `${done.bytes} bytes in ${done.seconds.toFixed(2)} s, ${rate.toFixed(0)} MiB/s; SHA-256 equal`,
    );
  }

  async #fetchFolder(): Promise<void> {
    const folder = await this.#find(FOLDER, FOLDER);
    if (folder.kind !== 'directory') throw new Error(`"${FOLDER}" was found as a ${folder.kind}`);
    const done = await this.#fetch(folder);
    const files = await compareFolders(join(this.#shared, FOLDER), done.path);
    this.#stage.tell(
      `${files} files, ${done.bytes} bytes in ${done.seconds.toFixed(2)} s; all equal`,
    );
  }

  async #change(): Promise<void> {
    const name = 'meeting notes.txt';
    const before = await this.#find(name, name);
    const startedMs = performance.now();
    await appendFile(join(this.#shared, FOLDER, name), 'Tuesday: it works.\n');
    const after = await this.#find(name, name, before.hash);
    const tookMs = performance.now() - startedMs;
    this.#stage.tell(
      `${before.hash.slice(0, 8)} became ${after.hash.slice(0, 8)}, found after ${tookMs.toFixed(0)} ms`,
    );
  }

  async #loseA(): Promise<void> {
    this.#a.kill();
    const startedMs = performance.now();
    await this.#find('aple cake recipe', 'recipe for apple cake.txt');
    this.#stage.tell(
      `the first answer came after ${(performance.now() - startedMs).toFixed(0)} ms`,
    );
    // B fetched it before and serves it: one peer is left that has it.
    await until('the end of A in the results', FOUND_LIMIT_MS, async () => {
      const { results } = await this.#b.json<{ results?: ResultJson[] }>('search', LARGE_NAME);
      const large = results?.find(({ name }) => name.endsWith(LARGE_NAME));
      return large?.peers === 1 ? true : undefined;
    });
    this.#stage.tell(
      `A is gone from the results after ${(performance.now() - startedMs).toFixed(0)} ms`,
    );
  }
}

const { values } = parseArgs({ options: { program: { type: 'string', default: PROGRAM } } });
const demo = new Demo(await mkdtemp(join(tmpdir(), 'iwanto-demo-')), {
  discoveryPort: await freePort(),
  program: values.program,
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void demo.close().finally(() => process.exit(130)));
}
try {
  await demo.tell();
} catch (cause) {
  console.error(`\nThe demo failed: ${reasonOf(cause)}`);
  process.exitCode = 1;
} finally {
  await demo.close();
}
