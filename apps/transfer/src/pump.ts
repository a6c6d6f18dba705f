/** Moves the bytes of one download: does what the swarm decides and tells it what came of it. */
import {
  type PieceAt,
  Swarm,
  type SwarmInput,
  type SwarmOutput,
  type WantedFile,
} from '@iwanto/swarm';
import type { FileHash, PeerId } from '@iwanto/wire';
import type { Outcome, SourceLine } from './peer-line.js';

/** How often late sources are looked for, in ms. */
const TICK_MS = 250;

/** Where pieces end up. */
export interface PieceSink {
  rootOf(file: number): FileHash;
  /** Whether these bytes are that piece. */
  isRight(at: PieceAt, body: Uint8Array): boolean;
  /** Resolves when the bytes are written. */
  write(at: PieceAt, body: Uint8Array): Promise<void> | void;
  /** Every piece of the file is written. */
  fileWhole(file: number): void;
}

export interface PumpOptions {
  readonly sink: PieceSink;
  readonly nowMs: () => number;
  readonly onStalled: () => void;
  readonly onDone: () => void;
  /** A piece was verified and written. */
  readonly onPiece: (source: PeerId, bytes: number) => void;
  /** The sink failed: nothing more can be written. */
  readonly onFailed: (cause: unknown) => void;
  readonly onBan: (source: PeerId, reason: string) => void;
  /** The source is to be closed; it may come back. */
  readonly onDrop: (source: PeerId) => void;
}

export class Pump {
  private readonly swarm = new Swarm();
  private readonly lines = new Map<PeerId, SourceLine>();
  private readonly ticker: NodeJS.Timeout;
  private readonly writing = new Set<Promise<void>>();
  private stopped = false;

  constructor(private readonly options: PumpOptions) {
    this.ticker = setInterval(() => this.tell({ type: 'tick', nowMs: options.nowMs() }), TICK_MS);
  }

  addFiles(files: readonly WantedFile[]): void {
    this.tell({ type: 'filesAdded', nowMs: this.options.nowMs(), files });
  }

  allAdded(): void {
    this.tell({ type: 'allAdded', nowMs: this.options.nowMs() });
  }

  addSource(source: PeerId, line: SourceLine): void {
    this.lines.set(source, line);
    this.tell({ type: 'sourceAdded', nowMs: this.options.nowMs(), source });
  }

  loseSource(source: PeerId): void {
    if (!this.lines.delete(source)) return;
    this.tell({ type: 'sourceLost', nowMs: this.options.nowMs(), source });
  }

  get isStalled(): boolean {
    return this.swarm.isStalled;
  }

  /** Nothing is asked for any more; resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.ticker);
    await Promise.allSettled(this.writing);
  }

  private tell(input: SwarmInput): void {
    if (this.stopped) return;
    for (const output of this.swarm.step(input)) this.perform(output);
  }

  private perform(output: SwarmOutput): void {
    switch (output.type) {
      case 'request':
        return this.request(output.source as PeerId, output);
      case 'ban':
        this.lines.delete(output.source as PeerId);
        return this.options.onBan(output.source as PeerId, output.reason);
      case 'drop':
        this.lines.delete(output.source as PeerId);
        return this.options.onDrop(output.source as PeerId);
      case 'fileDone':
        return this.options.sink.fileWhole(output.file);
      case 'stalled':
        return this.options.onStalled();
      case 'done':
        return this.options.onDone();
    }
  }

  private request(source: PeerId, { file, index }: PieceAt): void {
    const root = this.options.sink.rootOf(file);
    const wanted = { ask: 'piece', root, first: index, count: 1 } as const;
    const answered = this.lines.get(source)?.request(wanted);
    void answered?.then((outcome) => this.take(source, { file, index }, outcome));
  }

  private take(source: PeerId, at: PieceAt, outcome: Outcome): void {
    if (this.stopped || outcome.type === 'lost') return;
    const nowMs = this.options.nowMs();
    if (outcome.type === 'refused') {
      return this.tell({ type: 'refused', nowMs, source, ...at, reason: outcome.reason });
    }
    // A second copy from the end game is of no use: its source did its work all the same.
    if (!this.swarm.wants(at)) return this.arrived(source, at, 'ok');
    if (!this.options.sink.isRight(at, outcome.body)) return this.arrived(source, at, 'bad');
    this.write(source, at, outcome.body);
  }

  private write(source: PeerId, at: PieceAt, body: Uint8Array): void {
    try {
      const written = this.options.sink.write(at, body);
      if (written === undefined) return this.wrote(source, at, body.length);
      const writing = written
        .then(() => this.wrote(source, at, body.length))
        .catch((cause: unknown) => this.fail(cause))
        .finally(() => this.writing.delete(writing));
      this.writing.add(writing);
    } catch (cause) {
      this.fail(cause);
    }
  }

  private wrote(source: PeerId, at: PieceAt, bytes: number): void {
    if (this.swarm.wants(at)) this.options.onPiece(source, bytes);
    this.arrived(source, at, 'ok');
  }

  private arrived(source: PeerId, at: PieceAt, verdict: 'ok' | 'bad'): void {
    const nowMs = this.options.nowMs();
    this.tell({ type: 'pieceArrived', nowMs, source, ...at, verdict });
  }

  private fail(cause: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    clearInterval(this.ticker);
    this.options.onFailed(cause);
  }
}
