/** What `iwanto top` knows: the picture of the host, its downloads and uploads, and how the rates went. */
import type { Bus, Download } from '@iwanto/bus';
import { Failure, type FileHash } from '@iwanto/wire';
import { type Picture, lookAround } from '../picture.js';

/** Rates that a sparkline shows, one per look. */
const RATES_KEPT = 60;
const MS_PER_SECOND = 1_000;

export interface UploadLine {
  readonly hash: FileHash;
  readonly name: string;
  readonly bytes: number;
  readonly bytesPerSecond: number;
}

export interface Moment {
  readonly picture: Picture;
  readonly downloads: readonly Download[];
  readonly uploads: readonly UploadLine[];
  /** Bytes per second, the latest last. */
  readonly down: readonly number[];
  readonly up: readonly number[];
}

/** Looks once per second; remembers what a look alone cannot tell. */
export class Watcher {
  #down: number[] = [];
  #up: number[] = [];
  #sentBytes: number | undefined;
  #lookedMs = 0;
  readonly #names = new Map<FileHash, string>();

  constructor(
    private readonly bus: Bus,
    private readonly nowMs: () => number,
  ) {}

  async look(): Promise<Moment> {
    const [picture, sent] = await Promise.all([lookAround(this.bus), this.#uploads()]);
    const { downloads } = picture;
    const running = downloads.filter(({ state }) => state === 'running');
    this.#note(
      running.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0),
      sent.bytesSent,
    );
    return { picture, downloads, uploads: sent.lines, down: this.#down, up: this.#up };
  }

  #note(down: number, sentBytes: number | undefined): void {
    const nowMs = this.nowMs();
    const seconds = Math.max(1, nowMs - this.#lookedMs) / MS_PER_SECOND;
    const before = this.#sentBytes;
    const up = sentBytes === undefined || before === undefined ? 0 : (sentBytes - before) / seconds;
    this.#down = [...this.#down, down].slice(-RATES_KEPT);
    this.#up = [...this.#up, Math.max(0, up)].slice(-RATES_KEPT);
    this.#sentBytes = sentBytes;
    this.#lookedMs = nowMs;
  }

  async #uploads(): Promise<{ bytesSent: number | undefined; lines: UploadLine[] }> {
    try {
      const { bytesSent, uploads } = await this.bus.call('upload.list', {});
      await this.#learnNames(uploads.map(({ hash }) => hash));
      const lines = uploads.map((one) => ({ ...one, name: this.#names.get(one.hash) ?? one.hash }));
      return { bytesSent, lines };
    } catch (cause) {
      if (cause instanceof Failure) return { bytesSent: undefined, lines: [] };
      throw cause;
    }
  }

  async #learnNames(hashes: readonly FileHash[]): Promise<void> {
    const unknown = hashes.filter((hash) => !this.#names.has(hash));
    if (unknown.length === 0) return;
    const { contents } = await this.bus.call('content.find', { hashes: unknown });
    for (const content of contents) {
      const name = content.kind === 'file' ? content.path.replace(/^.*\//s, '') : content.hash;
      this.#names.set(content.hash, name);
    }
  }
}
