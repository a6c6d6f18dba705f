/** The log files of the services: the last lines of several put in order, and what is added from now on. */
import { type FSWatcher, watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How much of a file is read for its last lines. */
const TAIL_BYTES_MAX = 4_000_000;

export interface LogLine {
  readonly timestamp: string;
  readonly level: string;
  readonly service: string;
  readonly message: string;
  /** The line as written in the file. */
  readonly text: string;
}

/** One log file, read from where the last reading ended; a file that was rotated is read from its beginning. */
export class LogFile {
  #offset = 0;
  #inode = 0;
  #rest = '';

  constructor(readonly path: string) {}

  async read(): Promise<LogLine[]> {
    const file = await open(this.path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined;
      throw cause;
    });
    if (!file) return [];
    try {
      const { ino, size } = await file.stat();
      if (ino !== this.#inode || size < this.#offset) this.#begin(ino, size);
      const bytes = Buffer.alloc(size - this.#offset);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#offset);
      this.#offset += bytesRead;
      return this.#linesOf(bytes.toString('utf8', 0, bytesRead));
    } finally {
      await file.close();
    }
  }

  #begin(inode: number, size: number): void {
    this.#inode = inode;
    this.#offset = Math.max(0, size - TAIL_BYTES_MAX);
    this.#rest = '';
  }

  #linesOf(text: string): LogLine[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => lineFrom(line) ?? []);
  }
}

/** A line that a crash cut in two is left out. */
function lineFrom(text: string): LogLine | undefined {
  try {
    const { timestamp, level, service, message } = JSON.parse(text) as Record<string, unknown>;
    const words = [timestamp, level, service, message].map((word) => String(word));
    const [time = '', grade = '', who = '', what = ''] = words;
    return { timestamp: time, level: grade, service: who, message: what, text };
  } catch {
    return undefined;
  }
}

/** The lines of all files in the order of their times. */
export async function readAll(files: readonly LogFile[]): Promise<LogLine[]> {
  const lines = (await Promise.all(files.map((file) => file.read()))).flat();
  return lines.toSorted((one, other) => (one.timestamp < other.timestamp ? -1 : 1));
}

/** Calls `told` with each line added from now on, until the watcher is closed. */
export function followAll(
  files: readonly LogFile[],
  told: (lines: readonly LogLine[]) => void,
): FSWatcher {
  let reading = Promise.resolve();
  const look = () => {
    reading = reading.then(async () => told(await readAll(files)));
  };
  const watcher = watch(dirname(files[0]?.path ?? '/'), look);
  // What was written between the reading before and this moment raised no event here.
  look();
  return watcher;
}
