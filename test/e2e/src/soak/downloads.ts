/** What users fetch during a soak. Whatever arrives must have the hash that was asked for. */
import { basename } from 'node:path';
import { type Dice, type DoneJson, type ResultJson, within } from '@iwanto/peer';
import { itemAt, itemsBelow } from './content.js';
import { pathsIn } from './changes.js';
import type { SoakPeer } from './soak-peer.js';

/** Downloads at the same time: more only make the machine slow. */
const RUNNING_MAX = 4;
/** How long a command waits for a source, in seconds: while hosts fail, and after all have recovered. */
const WAIT_SECONDS = 10;
const WAIT_WELL_SECONDS = 45;
const LAST_LIMIT_MS = 120_000;
/** One in this many is kept and served to others. */
const KEPT_OF = 4;

interface Wanted {
  readonly asker: SoakPeer;
  readonly hash: string;
}

export class Downloads {
  begun = 0;
  whole = 0;
  /** One sentence for each that brought wrong bytes, or that did not come although it could. */
  readonly wrong: string[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #unfinished = new Map<string, Wanted>();

  constructor(
    private readonly peers: readonly SoakPeer[],
    private readonly dice: Dice,
  ) {}

  /** Starts one that runs in the background. */
  begin(): void {
    const up = this.peers.filter(({ isUp }) => isUp);
    if (this.#running.size >= RUNNING_MAX || up.length === 0) return;
    const asker = this.dice.pick(up);
    const name = this.#nameAt(this.dice.pick(this.peers.filter((peer) => peer !== asker)));
    if (name === undefined) return;
    const running = this.#searchAndFetch(asker, name).catch(() => {
      // The command died with its host, or found no service: what was started is requested again at the end.
    });
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  /** A file, or now and then a directory. */
  #nameAt({ share }: SoakPeer): string | undefined {
    const { files, folders } = pathsIn(share);
    const paths = folders.length > 0 && this.dice.below(4) === 0 ? folders : files;
    return paths.length === 0 ? undefined : basename(this.dice.pick(paths));
  }

  async #searchAndFetch(asker: SoakPeer, name: string): Promise<void> {
    const { results = [] } = await asker.peer.json<{ results?: ResultJson[] }>('search', name);
    const result = results.find((one) => one.name === name && one.peers > 0);
    if (!result) return;
    this.begun += 1;
    const wanted = { asker, hash: result.hash };
    this.#unfinished.set(`${asker.name} ${result.hash}`, wanted);
    await this.#fetch(wanted, WAIT_SECONDS);
  }

  /** How the command ended, if the content did not arrive. */
  async #fetch({ asker, hash }: Wanted, waitSeconds: number): Promise<string | undefined> {
    const options = ['--rename', '--wait', String(waitSeconds)];
    const done = await asker.peer.json<Partial<DoneJson>>('download', hash, ...options);
    const isHere = 'error' in done && done.error === 'E_EXISTS';
    if (!isHere && (done.event !== 'done' || done.path === undefined)) return JSON.stringify(done);
    this.#unfinished.delete(`${asker.name} ${hash}`);
    if (isHere || done.path === undefined) return undefined;
    this.whole += 1;
    const { hash: brought } = itemAt(done.path);
    if (brought !== hash)
      this.wrong.push(`${asker.name} asked for ${hash}, and ${done.path} is ${brought}`);
    if (this.dice.below(KEPT_OF) > 0) asker.forget(done.path);
    return undefined;
  }

  /**
   * All hosts are well again: what began and did not end comes now, if somebody still has it, and everybody fetches
   * a file and a directory of its neighbour.
   */
  async finish(): Promise<number> {
    await within(LAST_LIMIT_MS, 'the end of the last downloads', Promise.all(this.#running));
    const shared = this.peers.map(({ share }) => itemsBelow(share));
    const hashes = new Set(shared.flatMap((items) => [...items.values()].map(({ hash }) => hash)));
    const due = [...this.#unfinished.values()].filter(({ hash }) => hashes.has(hash));
    for (const [at, asker] of this.peers.entries()) {
      const items = [...(shared[(at + 1) % this.peers.length]?.values() ?? [])];
      for (const kind of ['file', 'directory']) {
        const item = items.findLast((one) => one.kind === kind);
        if (item) due.push({ asker, hash: item.hash });
      }
    }
    for (const wanted of due) {
      const end = await this.#fetch(wanted, WAIT_WELL_SECONDS);
      if (end !== undefined)
        this.wrong.push(`${wanted.asker.name} cannot fetch ${wanted.hash}: ${end}`);
    }
    return due.length;
  }
}
