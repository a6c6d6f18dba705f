/** The addresses worth trying after a restart, if multicast does not reach: one small JSON file. */
import { readFile } from 'node:fs/promises';
import { writeSafely } from '@iwanto/service';
import {
  type Address,
  addressSchema,
  codeOf,
  isHostAddress,
  portSchema,
  reasonOf,
} from '@iwanto/wire';
import { z } from 'zod';

/** Addresses kept across restarts (I12, S43). */
const REMEMBERED_MAX = 64;
/** A larger file was not written by this program. */
const FILE_BYTES_MAX = 65_536;

const fileSchema = z.array(
  z.object({ address: addressSchema.refine(isHostAddress), port: portSchema.min(1) }),
);

export class Remembered {
  #writing: Promise<void> = Promise.resolve();
  #next: readonly Address[] | undefined;

  constructor(
    private readonly path: string,
    private readonly onTrouble: (sentence: string) => void,
  ) {}

  /** What was saved; nothing if the file is absent or damaged: the next save replaces it. */
  async load(): Promise<Address[]> {
    try {
      const text = await readFile(this.path, 'utf8');
      if (text.length > FILE_BYTES_MAX) throw new Error(`it has ${text.length} bytes`);
      return fileSchema.parse(JSON.parse(text)).slice(0, REMEMBERED_MAX);
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT') {
        this.onTrouble(`The remembered peers ${this.path} cannot be used: ${sentenceOf(cause)}`);
      }
      return [];
    }
  }

  /** Replaces what was saved; of several saves in a row only the last is written. */
  save(addresses: readonly Address[]): void {
    const idle = this.#next === undefined;
    this.#next = addresses.slice(0, REMEMBERED_MAX);
    if (idle) this.#writing = this.#writing.then(() => this.#write());
  }

  /** Resolves when all is written. */
  async saved(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const addresses = this.#next ?? [];
    this.#next = undefined;
    try {
      await writeSafely(this.path, `${JSON.stringify(addresses)}\n`);
    } catch (cause) {
      this.onTrouble(`The remembered peers ${this.path} cannot be kept: ${sentenceOf(cause)}`);
    }
  }
}

const sentenceOf = (cause: unknown): string => reasonOf(cause).split('\n')[0] ?? '';
