/** A temporary folder with a catalogue kept in step: the fixture of the indexer's specs. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadBlake3, rootText } from '@iwanto/merkle';
import { NODE_KINDS } from '@iwanto/store';
import { Catalogue } from '../catalogue/catalogue.js';
import { shareFolder } from '../folders.js';
import { Indexing } from '../indexing.js';

/** How long a spec waits for what has to happen, in ms. */
const LIMIT_MS = 40_000;

export interface RoomOptions {
  readonly settleMs?: number;
  readonly pauseMs?: number;
  /** A database that is there already. */
  readonly dir?: string;
  readonly privatePaths?: readonly string[];
}

/** One line of what is shared: `file film/a.mkv 12 <root>`. */
export interface Line {
  readonly kind: 'file' | 'directory';
  readonly size: number;
  readonly hash: string;
}

export class IndexingRoom {
  readonly troubles: string[] = [];
  readonly notes: string[] = [];
  readonly #waiters = new Set<() => void>();

  private constructor(
    readonly dir: string,
    readonly catalogue: Catalogue,
    readonly indexing: Indexing,
  ) {
    const wake = () => this.#waiters.forEach((waiter) => waiter());
    catalogue.onChange(wake);
    indexing.onProgress(wake);
  }

  /** A room with `<dir>/shared`, which is not shared yet. */
  static async open(options: RoomOptions = {}): Promise<IndexingRoom> {
    const { settleMs = 20, pauseMs, dir, privatePaths } = options;
    const place = dir ?? mkdtempSync(join(tmpdir(), 'iwanto-room-'));
    mkdirSync(join(place, 'shared'), { recursive: true });
    const catalogue = new Catalogue({ path: join(place, 'catalogue.sqlite'), nowMs: Date.now });
    const troubles: string[] = [];
    const notes: string[] = [];
    const indexing = new Indexing({
      catalogue,
      blake3: await loadBlake3(),
      threads: 1,
      script: new URL('../../dist/hashing/hash-file.js', import.meta.url),
      settleMs,
      privatePaths: privatePaths ?? [
        join(place, 'shared', 'keys.json'),
        join(place, 'shared', 'data'),
      ],
      onTrouble: (sentence) => troubles.push(sentence),
      onNote: (level, sentence) => notes.push(`${level}: ${sentence}`),
      ...(pauseMs !== undefined && { pauseMs }),
    });
    const room = new IndexingRoom(place, catalogue, indexing);
    Object.assign(room, { troubles, notes });
    return room;
  }

  path(...names: string[]): string {
    const path = join(this.dir, 'shared', ...names);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** Shares the folder, or continues with the one the catalogue has, and waits until it is fully indexed. */
  async share(path = join(this.dir, 'shared')): Promise<void> {
    const known = this.catalogue.folders.find(({ diskPath }) => diskPath === path);
    if (known) await this.indexing.addFolder(known);
    else await shareFolder(this, path);
    await this.untilIdle();
  }

  untilIdle(): Promise<void> {
    return this.until(() => !this.indexing.state().indexing.active, 'indexing to rest');
  }

  /** Waits until `holds`, looking again whenever something happened. */
  async until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!holds()) return;
        this.#waiters.delete(look);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(look);
        const found = JSON.stringify({ state: this.indexing.state(), shared: [...this.lines()] });
        reject(new Error(`Waited ${LIMIT_MS} ms for ${what}: ${found.slice(0, 2_000)}`));
      }, LIMIT_MS);
      this.#waiters.add(look);
    });
  }

  /** Everything the network may see, by path. */
  lines(): Map<string, Line> {
    const { entries } = this.catalogue.changesSince(0, 1_000_000);
    return new Map(entries.map(({ path, kind, size, hash }) => [path, { kind, size, hash }]));
  }

  /** Paths of files alone. */
  files(): string[] {
    return [...this.lines()].filter(([, { kind }]) => kind === 'file').map(([path]) => path);
  }

  /** The manifest root of the shared folder, once it is in step. */
  rootOf(path: string): string | undefined {
    for (const row of this.catalogue.read.manifestRows(0, '')) {
      if (row.path === path && row.kind === NODE_KINDS.directory && row.root) {
        return rootText(row.root);
      }
    }
    return undefined;
  }

  /** Ends the service's part and keeps the files, as a stop does. */
  async stop(): Promise<void> {
    await this.indexing.close();
    this.catalogue.close();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
