/** Stage 3, settle: each recently changed file waits until it has been unchanged for a while, longer after each change. */
import type { FileIdentity } from '../disk/identity.js';

/** The longest time that a file has to stay unchanged, in ms (HOSTILE 81). */
const QUIET_MAX_MS = 2_000;
/** After this time a file that keeps changing is hashed all the same, in ms (HOSTILE 81). */
const RESTLESS_MAX_MS = 30_000;
/** A file whose last change is older than this when it is first seen need not wait, in ms. */
const STILL_FOR_MS = 10_000;
/** How much of the first quiet may be over before the file was seen; the rest is watched, whatever its clock says. */
const UNSEEN_PART_MAX = 0.5;
/** A file that changed this often is a log or a long copy: its directory does not wait for it. */
const MOVES_WAITED_FOR = 4;

interface Settler<T> {
  file: T;
  moves: number;
  readonly sinceMs: number;
  dueMs: number;
}

export interface Settled {
  readonly path: string;
  readonly identity: FileIdentity;
  /** When it changed last, by the wall clock. */
  readonly ctimeMs: number;
}

export interface SettlingOptions<T extends Settled> {
  /** The first waiting time, in ms. */
  readonly settleMs: number;
  /** A clock that never goes back, in ms. */
  readonly nowMs: () => number;
  /** The wall clock, in ms. */
  readonly dateMs: () => number;
  /** How the file is now; undefined when it is gone or no longer shared. */
  readonly look: (file: T) => T | undefined;
  readonly onSettled: (file: T, moves: number) => void;
  /** Some files were judged: fewer may be waiting now. */
  readonly onJudged: () => void;
}

export class Settling<T extends Settled> {
  readonly #options: SettlingOptions<T>;
  readonly #files = new Map<string, Settler<T>>();
  #timer: NodeJS.Timeout | undefined;
  #wakesAtMs = Infinity;

  constructor(options: SettlingOptions<T>) {
    this.#options = options;
  }

  get length(): number {
    return this.#files.size;
  }

  /** Those a directory waits for: all but the restless ones. */
  *waitedFor(): Generator<T> {
    for (const { file, moves } of this.#files.values()) if (moves <= MOVES_WAITED_FOR) yield file;
  }

  /** Whether a directory waits for one of them. */
  get isAwaited(): boolean {
    return this.waitedFor().next().done !== true;
  }

  /** A file was seen; `moves` says how often it is already known to have changed while it was looked at. */
  add(file: T, moves = 0): void {
    const known = this.#files.get(file.path);
    const isFirst = !known && moves === 0;
    const stillMs = isFirst ? this.#options.dateMs() - file.ctimeMs : 0;
    if (stillMs > STILL_FOR_MS) {
      this.#options.onSettled(file, 0);
      return;
    }
    const nowMs = this.#options.nowMs();
    if (known?.file.identity === file.identity) return;
    const settler: Settler<T> = {
      file,
      moves: Math.max(moves, known ? known.moves + 1 : 0),
      sinceMs: known?.sinceMs ?? nowMs,
      dueMs: 0,
    };
    const quietMs = this.#quietMs(settler.moves);
    const unseenMs = Math.min(Math.max(0, stillMs), quietMs * UNSEEN_PART_MAX);
    settler.dueMs = nowMs + quietMs - unseenMs;
    this.#files.set(file.path, settler);
    this.#wakeAt(settler.dueMs);
  }

  /** Forgets every file that `isUnwanted`. */
  drop(isUnwanted: (file: T) => boolean): void {
    for (const [path, { file }] of this.#files) if (isUnwanted(file)) this.#files.delete(path);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#files.clear();
  }

  #quietMs(moves: number): number {
    const { settleMs } = this.#options;
    return Math.min(settleMs * 2 ** Math.min(moves, 16), Math.max(QUIET_MAX_MS, settleMs));
  }

  #wakeAt(dueMs: number): void {
    if (dueMs >= this.#wakesAtMs) return;
    clearTimeout(this.#timer);
    this.#wakesAtMs = dueMs;
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, dueMs - this.#options.nowMs()));
  }

  #wake(): void {
    const nowMs = this.#options.nowMs();
    this.#wakesAtMs = Infinity;
    for (const [path, settler] of this.#files) {
      if (settler.dueMs <= nowMs) this.#judge(path, settler, nowMs);
    }
    let next = Infinity;
    for (const { dueMs } of this.#files.values()) next = Math.min(next, dueMs);
    if (next < Infinity) this.#wakeAt(next);
    this.#options.onJudged();
  }

  #judge(path: string, settler: Settler<T>, nowMs: number): void {
    // What has not changed since it was seen is compared when it is opened: a second check would only cost time.
    const now = settler.moves === 0 ? settler.file : this.#options.look(settler.file);
    const isStill = now?.identity === settler.file.identity;
    const isOverdue = nowMs - settler.sinceMs >= RESTLESS_MAX_MS;
    if (!now || isStill || isOverdue) {
      this.#files.delete(path);
      if (now) this.#options.onSettled(now, settler.moves);
      return;
    }
    settler.file = now;
    settler.moves += 1;
    settler.dueMs = nowMs + this.#quietMs(settler.moves);
  }
}
