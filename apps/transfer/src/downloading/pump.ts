/** Moves the bytes of one download: does what the swarm decides and reports the outcome to it. */
import {
  type BanReason,
  type PieceAt,
  SWARM_LIMITS,
  Swarm,
  type SwarmInput,
  type SwarmLimits,
  type SwarmOutput,
  type WantedFile,
} from '@iwanto/swarm';
import type { PeerId } from '@iwanto/wire';
import { isMissing } from './refusals.js';
import type { PieceSink } from '../disk/piece-sink.js';
import type { AskingLine } from '../sources/group-line.js';
import type { Outcome } from '../sources/source-line.js';

/** How often late sources are looked for, in ms. */
const TICK_MS = 250;

/** What the pump needs of a line. */
type Askable = Pick<AskingLine, 'ask'>;

export interface PumpOptions {
  readonly sink: PieceSink;
  readonly limits?: SwarmLimits;
  /** Only what somebody waits for is fetched. */
  readonly isOnDemand?: boolean;
  /** This peer, if others may download the same. */
  readonly self?: PeerId;
  /** Any number; it decides where the search for pieces begins. */
  readonly seed: number;
  readonly nowMs: () => number;
  /** No source is left for what is missing (true), or one is available again. */
  readonly onStarving: (isStarving: boolean) => void;
  readonly onDone: () => void;
  /** How long received bytes have to wait because of a rate limit, in ms. */
  readonly waitMsFor: (bytes: number) => number;
  /** A piece was verified and written. */
  readonly onPiece: (source: PeerId, bytes: number, at: PieceAt) => void;
  /** The sink failed: nothing more can be written. */
  readonly onFailed: (cause: unknown) => void;
  /** The source does not, or no longer, have what it was asked for. */
  readonly onMissing: (source: PeerId) => void;
  readonly onBan: (source: PeerId, reason: BanReason) => void;
  /** The source must be closed; it may come back. */
  readonly onDrop: (source: PeerId) => void;
}

export class Pump {
  readonly #swarm: Swarm;
  readonly #lines = new Map<PeerId, Askable>();
  readonly #ticker: NodeJS.Timeout;
  readonly #writing = new Set<Promise<void>>();
  readonly #waiting = new Set<NodeJS.Timeout>();
  /** Pieces that came before what they are compared with: at most one of each source. */
  readonly #unjudged: (() => void)[] = [];
  #stopped = false;

  constructor(private readonly options: PumpOptions) {
    const { limits = SWARM_LIMITS, isOnDemand = false, seed, self } = options;
    this.#swarm = new Swarm({ limits, isOnDemand, seed, ...(self && { self }) });
    this.#ticker = setInterval(() => this.#tell({ type: 'tick', nowMs: options.nowMs() }), TICK_MS);
  }

  addFiles(files: readonly WantedFile[]): void {
    this.#tell({ type: 'filesAdded', nowMs: this.options.nowMs(), files });
  }

  allAdded(): void {
    this.#tell({ type: 'allAdded', nowMs: this.options.nowMs() });
  }

  /** A file that was held back can now be verified. */
  release(file: number, have: readonly number[]): void {
    this.#tell({ type: 'fileReleased', nowMs: this.options.nowMs(), file, have });
  }

  /** What `canJudge` was waiting for has arrived. */
  judge(): void {
    for (const take of this.#unjudged.splice(0)) take();
  }

  /** A source is asked for nothing before it has said what it has; for one piece if that is probably everything. */
  addSource(source: PeerId, line: Askable, probablyAll = false): void {
    this.#lines.set(source, line);
    const kind = { isPartial: true, probablyAll };
    this.#tell({ type: 'sourceAdded', nowMs: this.options.nowMs(), source, ...kind });
  }

  sourceHas(source: PeerId, pieces: readonly number[] | 'all'): void {
    this.#tell({ type: 'sourceHas', nowMs: this.options.nowMs(), source, pieces });
  }

  loseSource(source: PeerId, isForged: boolean): void {
    if (!this.#lines.delete(source)) return;
    this.#tell({ type: 'sourceLost', nowMs: this.options.nowMs(), source, isForged });
  }

  /** A piece that this host fetched for another purpose: from no source, and already counted by the rate limits. */
  give(self: PeerId, at: PieceAt, body: Uint8Array): void {
    if (this.#stopped || !this.#swarm.wants(at) || !this.options.sink.isRight(at, body)) return;
    this.#write(self, at, body);
  }

  /** Pieces that somebody waits for come first: these and no others, in this order. */
  hurry(pieces: readonly number[]): void {
    this.#tell({ type: 'hurry', nowMs: this.options.nowMs(), pieces });
  }

  /** Pieces that were there and are not any more. */
  forget(pieces: readonly number[]): void {
    this.#tell({ type: 'piecesForgotten', nowMs: this.options.nowMs(), pieces });
  }

  /** The number of a piece, counted across all units. */
  numberOf(at: PieceAt): number | undefined {
    return this.#swarm.numberOf(at);
  }

  /** Nothing is asked for any more; resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#ticker);
    for (const timer of this.#waiting) clearTimeout(timer);
    await Promise.allSettled(this.#writing);
  }

  #tell(input: SwarmInput): void {
    if (this.#stopped) return;
    for (const output of this.#swarm.step(input)) this.#perform(output);
  }

  #perform(output: SwarmOutput): void {
    switch (output.type) {
      case 'request':
        return this.#request(output.source, output);
      case 'ban':
        this.#lines.delete(output.source);
        return this.options.onBan(output.source, output.reason);
      case 'drop':
        this.#lines.delete(output.source);
        return this.options.onDrop(output.source);
      case 'fileDone':
        return this.options.sink.unitWhole(output.file);
      case 'starving':
        return this.options.onStarving(output.isStarving);
      case 'done':
        return this.options.onDone();
    }
  }

  #request(source: PeerId, { file, index }: PieceAt): void {
    const wanted = this.options.sink.wantedOf({ file, index });
    this.#lines.get(source)?.ask(wanted, (outcome) => this.#take(source, { file, index }, outcome));
  }

  #take(source: PeerId, at: PieceAt, outcome: Outcome): void {
    if (this.#stopped || outcome.type === 'lost') return;
    const nowMs = this.options.nowMs();
    if (outcome.type === 'refused') {
      if (isMissing(outcome.reason)) this.options.onMissing(source);
      return this.#tell({ type: 'refused', nowMs, source, ...at, reason: outcome.reason });
    }
    // A second copy from the end game is of no use, but its source did its work all the same.
    if (!this.#swarm.wants(at)) return this.#arrived(source, at, 'ok');
    if (!this.options.sink.canJudge(at)) return this.#keep(source, at, outcome.body);
    if (!this.options.sink.isRight(at, outcome.body)) return this.#arrived(source, at, 'bad');
    this.#write(source, at, outcome.body);
  }

  /** Counts as not arrived, so nothing more is asked of its source meanwhile. */
  #keep(source: PeerId, at: PieceAt, body: Uint8Array): void {
    const outcome = { type: 'data', body: body.slice() } as const;
    this.#unjudged.push(() => this.#take(source, at, outcome));
  }

  #write(source: PeerId, at: PieceAt, body: Uint8Array): void {
    try {
      const written = this.options.sink.write(at, body);
      if (written === undefined) return this.#wrote(source, at, body.length);
      const writing = written
        .then(() => this.#wrote(source, at, body.length))
        .catch((cause: unknown) => this.#fail(cause))
        .finally(() => this.#writing.delete(writing));
      this.#writing.add(writing);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #wrote(source: PeerId, at: PieceAt, bytes: number): void {
    const waitMs = source === this.options.self ? 0 : this.options.waitMsFor(bytes);
    if (waitMs <= 0) return this.#counted(source, at, bytes);
    // The swarm takes the source for that slow, and asks it for correspondingly little ahead.
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      this.#counted(source, at, bytes);
    }, waitMs);
    this.#waiting.add(timer);
  }

  #counted(source: PeerId, at: PieceAt, bytes: number): void {
    if (this.#stopped) return;
    if (this.#swarm.wants(at)) this.options.onPiece(source, bytes, at);
    this.#arrived(source, at, 'ok');
  }

  #arrived(source: PeerId, at: PieceAt, verdict: 'ok' | 'bad'): void {
    const nowMs = this.options.nowMs();
    this.#tell({ type: 'pieceArrived', nowMs, source, ...at, verdict });
  }

  #fail(cause: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#ticker);
    this.options.onFailed(cause);
  }
}
