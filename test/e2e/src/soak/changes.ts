/** What users do to their shared folders during a soak: create, edit, append, rename and delete, files and directories. */
import { createCipheriv } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Dice } from '@iwanto/peer';

/** Files that a peer starts with, and the number above which it prefers to delete. */
const FILES_FIRST = 12;
const FILES_MAX = 30;
const FOLDERS = ['', 'films', 'films/old', 'notes', 'notes/of the year'];
/** Most files are small; some have several pieces. */
const BYTES_MAX = [0, 100, 50_000, 50_000, 300_000, 300_000, 2_500_000];
const KEY_BYTES = 16;

type Change = (share: string, paths: Paths) => void;

interface Paths {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** What is in a shared folder, as paths in it. */
export function pathsIn(share: string): Paths {
  const entries = readdirSync(share, { recursive: true, withFileTypes: true });
  const pathOf = ({ parentPath, name }: (typeof entries)[number]) =>
    join(parentPath, name).slice(share.length + 1);
  return {
    files: entries.filter((entry) => entry.isFile()).map(pathOf),
    folders: entries.filter((entry) => entry.isDirectory()).map(pathOf),
  };
}

export class Changes {
  count = 0;
  #number = 0;

  constructor(private readonly dice: Dice) {}

  fill(share: string): void {
    mkdirSync(share, { recursive: true });
    for (let file = 0; file < FILES_FIRST; file += 1) this.#create(share);
  }

  /** One change in this shared folder. */
  make(share: string): void {
    this.count += 1;
    const paths = pathsIn(share);
    if (paths.files.length > FILES_MAX) return this.#remove(share, paths);
    if (paths.files.length === 0) return this.#create(share);
    const ways: Change[] = [
      ...[this.#create, this.#create, this.#edit, this.#edit, this.#append],
      ...[this.#rename, this.#rename, this.#remove, this.#makeFolder],
      ...(paths.folders.length > 0 ? [this.#renameFolder, this.#removeFolder] : []),
    ];
    this.dice.pick(ways).call(this, share, paths);
  }

  #create(share: string): void {
    this.#write(join(share, this.dice.pick(FOLDERS), `thing ${this.#next()}.bin`));
  }

  #edit(share: string, { files }: Paths): void {
    this.#write(join(share, this.dice.pick(files)));
  }

  #append(share: string, { files }: Paths): void {
    appendFileSync(join(share, this.dice.pick(files)), this.#bytes());
  }

  #rename(share: string, { files }: Paths): void {
    const to = join(share, this.dice.pick(FOLDERS), `moved ${this.#next()}.bin`);
    mkdirSync(dirname(to), { recursive: true });
    renameSync(join(share, this.dice.pick(files)), to);
  }

  #remove(share: string, { files }: Paths): void {
    rmSync(join(share, this.dice.pick(files)));
  }

  #makeFolder(share: string): void {
    mkdirSync(join(share, this.dice.pick(FOLDERS), `empty ${this.#next()}`), { recursive: true });
  }

  #renameFolder(share: string, { folders }: Paths): void {
    renameSync(join(share, this.dice.pick(folders)), join(share, `folder ${this.#next()}`));
  }

  #removeFolder(share: string, { folders }: Paths): void {
    rmSync(join(share, this.dice.pick(folders)), { recursive: true });
  }

  #write(path: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, this.#bytes());
  }

  #bytes(): Buffer {
    const length = this.dice.below(this.dice.pick(BYTES_MAX) + 1);
    // No two pieces are alike.
    const key = Buffer.from(String(this.dice.next()).padEnd(KEY_BYTES).slice(-KEY_BYTES));
    return createCipheriv('aes-128-ctr', key, Buffer.alloc(KEY_BYTES)).update(Buffer.alloc(length));
  }

  #next(): number {
    return (this.#number += 1);
  }
}
