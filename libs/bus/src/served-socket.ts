/** A unix socket that others find by its path: bound, watched, and recreated when its file has vanished. */
import { lstatSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure, reasonOf } from '@iwanto/wire';
import { makeDir } from './make-dir.js';
import { LOOK_AGAIN_SECONDS, lookRegularly } from './regularly.js';
import type { OnTrouble } from './trouble.js';

/** What is bound to a path; both calls return when it is done. */
export interface Bindable {
  bindSync(address: string): void;
  unbindSync(address: string): void;
}

export class ServedSocket {
  #inode = 0n;
  #inTrouble = false;
  #stopLooking: () => void = () => undefined;
  #closed = false;

  constructor(
    private readonly socket: Bindable,
    private readonly path: string,
    private readonly onTrouble: OnTrouble,
  ) {}

  /** Binds where a killed process may have left its socket; the lock shows that the process is gone (HOSTILE 23, 24). */
  async bind(): Promise<void> {
    await this.#bind();
    // A cleaner of /tmp or a logout may remove the file while we run.
    this.#stopLooking = lookRegularly(() => void this.#look());
  }

  close(): void {
    this.#closed = true;
    this.#stopLooking();
  }

  async #bind(): Promise<void> {
    await makeDir(dirname(this.path), 0o700);
    await rm(this.path, { force: true });
    try {
      this.socket.bindSync(this.#address);
    } catch (cause) {
      const reason = reasonOf(cause);
      throw new Failure('E_BAD_PATH', `The socket ${this.path} cannot be made: ${reason}.`);
    }
    await chmod(this.path, 0o600);
    this.#inode = this.#found();
  }

  async #look(): Promise<void> {
    if (this.#found() === this.#inode) return;
    try {
      // First, because unbinding wants to remove the file from it.
      await makeDir(dirname(this.path), 0o700);
      this.#unbind();
      await this.#bind();
      this.onTrouble(`The socket ${this.path} had vanished; it was made again.`);
      this.#inTrouble = false;
    } catch (cause) {
      if (this.#inTrouble || this.#closed) return;
      this.#inTrouble = true;
      const reason = reasonOf(cause);
      this.onTrouble(`${reason} It is tried again every ${LOOK_AGAIN_SECONDS} s.`);
    }
  }

  /** After a failed attempt there is nothing to unbind. */
  #unbind(): void {
    if (this.#inTrouble) return;
    this.socket.unbindSync(this.#address);
  }

  get #address(): string {
    return `ipc://${this.path}`;
  }

  #found(): bigint {
    return lstatSync(this.path, { bigint: true, throwIfNoEntry: false })?.ino ?? 0n;
  }
}
