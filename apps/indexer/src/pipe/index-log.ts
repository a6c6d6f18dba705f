/** The log lines of indexing: each scan, and each shared folder that comes and goes. */

export type Note = (level: 'info' | 'debug', sentence: string) => void;

/** Scans are logged at most this often, in ms; those in between are counted. */
const SCAN_INTERVAL_MS = 1_000;

export interface Scan {
  readonly path: string;
  /** Files and bytes known of the folder after it. */
  readonly files: number;
  readonly bytes: number;
  /** Files that have to be hashed. */
  readonly toHash: number;
  /** Entries that cannot be shared. */
  readonly skipped: number;
  /** Whether the catalogue changed. */
  readonly isNews: boolean;
  readonly tookMs: number;
}

export class IndexLog {
  #lastScanMs = -Infinity;
  #untold = 0;

  constructor(
    private readonly note: Note,
    private readonly nowMs: () => number,
  ) {}

  added(path: string): void {
    this.note('info', `${path} is shared.`);
  }

  removed(path: string): void {
    this.note('info', `${path} is no longer shared.`);
  }

  /** A scan that changed something, at info; one that found everything as it was, at debug. */
  scanned({ path, files, bytes, toHash, skipped, isNews, tookMs }: Scan): void {
    const nowMs = this.nowMs();
    if (nowMs - this.#lastScanMs < SCAN_INTERVAL_MS) {
      this.#untold += 1;
      return;
    }
    const counts = `${files} files of ${bytes} bytes known, ${toHash} to hash, ${skipped} skipped`;
    const more = this.#untold > 0 ? `; ${this.#untold} earlier scans are not listed` : '';
    this.#lastScanMs = nowMs;
    this.#untold = 0;
    const isInfo = isNews || toHash > 0;
    const sentence = `${path} was scanned in ${Math.round(tookMs)} ms: ${counts}${more}.`;
    this.note(isInfo ? 'info' : 'debug', sentence);
  }
}
