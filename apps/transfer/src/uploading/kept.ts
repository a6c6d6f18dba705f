/** Contents that were fetched completely and are served to others, over restarts, for as long as they are where they were put. */
import { lstatSync } from 'node:fs';
import { lookRegularly } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import { keepsInodes } from '@iwanto/service';
import type { HeldStore } from '@iwanto/store';
import type { FileHash } from '@iwanto/wire';
import type { Plan } from '../disk/planned.js';
import { manifestsBelow } from '../disk/same-content.js';
import { stampOf as stampOfStat } from '../disk/standing.js';
import { unitsOf } from '../disk/units.js';
import { planTree } from '../downloading/plan.js';
import { ContentReader } from './content-reader.js';
import { type HeldAs, HeldContent } from './held-content.js';
import type { Holdings } from './holdings.js';
import { unpackManifests } from './packed-manifests.js';

/** How often their presence is checked, in ms. */
const LOOK_MS = 14_000;

/** A content and where it is. */
export interface Placed extends HeldAs {
  readonly path: string;
}

export interface KeptOptions {
  readonly store: HeldStore;
  readonly holdings: Holdings;
  readonly blake3: Blake3;
  /** Contents kept; the oldest are dropped. 0: none is offered. */
  readonly max: number;
}

export class Kept {
  readonly #stopLooking: () => void;

  /** Loads what an earlier run kept. */
  constructor(private readonly options: KeptOptions) {
    for (const row of options.store.all().slice(0, options.max)) {
      if (stampOf(row.path, row.kind) === row.stamp) this.#offer({ ...row, root: row.hash });
      else options.store.forget(row.hash);
    }
    this.#stopLooking = lookRegularly(() => this.look(), LOOK_MS);
  }

  /** A download is complete and has its name; `manifests`, packed, if its disk cannot reproduce them. */
  keep(placed: Placed, manifests: Uint8Array | null = null): void {
    const { root, kind, name, bytes, path } = placed;
    const stamp = stampOf(path, kind);
    if (stamp === undefined) return;
    const { store, max } = this.options;
    store.put({ hash: root, kind, name, bytes, path, stamp, manifests });
    for (const { hash } of store.all().slice(0, -max)) this.forget(hash);
    this.#offer(placed);
  }

  /** Stops offering what was changed, moved or removed. */
  look(): void {
    for (const { hash, path, kind, stamp } of this.options.store.all()) {
      if (stampOf(path, kind) !== stamp) this.forget(hash);
    }
    this.options.holdings.forgetIdle();
  }

  /** Stops offering it. */
  forget(root: FileHash): void {
    this.options.store.forget(root);
    this.options.holdings.remove(root);
  }

  close(): void {
    this.#stopLooking();
  }

  #offer(placed: Placed): void {
    const { root, kind, name, bytes } = placed;
    this.options.holdings.addWhole({ root, kind, name, bytes }, () => this.#load(placed));
  }

  async #manifestsOf({ root, path }: Placed): Promise<Map<FileHash, Uint8Array>> {
    const { blake3, store } = this.options;
    const packed = store.manifestsOf(root);
    return packed ? unpackManifests(blake3, packed) : manifestsBelow(blake3, path, root);
  }

  /** What it consists of, read from the disk; undefined if it is no longer that content. */
  async #load(placed: Placed): Promise<HeldContent | undefined> {
    const { blake3 } = this.options;
    const { root, kind, name, bytes, path } = placed;
    try {
      const manifests = kind === 'file' ? new Map() : await this.#manifestsOf(placed);
      const units = unitsOf(kind === 'file' ? planOfFile(placed) : await planOf(root, manifests));
      const reader = new ContentReader({
        ...{ kind, units, blake3, path: () => path, digestsOf: () => undefined },
      });
      const as = { root, kind, name, bytes };
      return new HeldContent({ as, units, manifests, reader, log: undefined });
    } catch {
      // It was changed or removed meanwhile: it cannot be served.
      this.options.store.forget(root);
      return undefined;
    }
  }
}

function planOfFile({ root, name, bytes }: Placed): Pick<Plan, 'files'> {
  const file = { folder: '', name, size: bytes, root, exec: false, mtimeSeconds: null };
  return { files: [file] };
}

function planOf(root: FileHash, manifests: ReadonlyMap<FileHash, Uint8Array>): Promise<Plan> {
  return planTree({
    root,
    manners: { foldsCase: false, portableNamesOnly: false, keepsLinks: true },
    // A directory that is not among them makes the parser refuse.
    manifestOf: (one) => Promise.resolve(manifests.get(one) ?? new Uint8Array()),
  });
}

/** A stamp that changes when the content is changed; undefined if it is absent. */
function stampOf(path: string, kind: HeldAs['kind']): string | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stat) return undefined;
  if (kind === 'file') return stat.isFile() ? stampOfStat(stat, path) : undefined;
  if (!stat.isDirectory()) return undefined;
  // If a directory has no stable inode number, at least a change of its entries is seen.
  return keepsInodes(path) ? `${stat.dev}:${stat.ino}` : `${stat.mtimeNs}`;
}
