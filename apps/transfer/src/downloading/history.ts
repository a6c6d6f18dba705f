/** The downloads that ended on this host, one JSON line each in a file of bounded size. */
import { appendFileSync, readFileSync, renameSync, statSync } from 'node:fs';
import { type Download, type EndedDownload, endedDownloadSchema } from '@iwanto/bus';
import { reasonOf } from '@iwanto/wire';

/** A file of this size is rotated; the old one is read as well: together they hold some 5,000 downloads. */
const FILE_BYTES_MAX = 1_048_576;
const ENDED: readonly Download['state'][] = ['done', 'failed', 'cancelled'];

export interface HistoryOptions {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly dateMs: () => number;
  readonly onTrouble: (sentence: string) => void;
}

export class History {
  /** A download publishes its end more than once. */
  #last = '';

  constructor(private readonly options: HistoryOptions) {}

  /** Takes a state of a download; records it if it is final. */
  note(view: Download): void {
    if (!ENDED.includes(view.state)) {
      if (this.#last.startsWith(view.hash)) this.#last = '';
      return;
    }
    const key = `${view.hash} ${view.state}`;
    if (key === this.#last) return;
    this.#last = key;
    const line = endedDownloadSchema.parse({ ...view, endedMs: this.options.dateMs() });
    try {
      this.#rotate();
      appendFileSync(this.options.path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch (cause) {
      // A full disk must not spoil a complete download.
      this.options.onTrouble(
        `The history ${this.options.path} cannot be written: ${reasonOf(cause)}.`,
      );
    }
  }

  /** The latest first; lines that a crash truncated are left out. */
  latest(limit: number): EndedDownload[] {
    const lines = [`${this.options.path}.old`, this.options.path].flatMap(linesOf);
    return lines.toReversed().flatMap(entryOf).slice(0, limit);
  }

  #rotate(): void {
    const { path } = this.options;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > FILE_BYTES_MAX) renameSync(path, `${path}.old`);
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function entryOf(line: string): EndedDownload[] {
  try {
    return [endedDownloadSchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
