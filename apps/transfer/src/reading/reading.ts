/** One file that is being read: what its readers need is fetched first, verified, and kept in memory for a while. */
import { randomInt } from 'node:crypto';
import { type Blake3, digestAt, pieceBytes, verifyPiece } from '@iwanto/merkle';
import { type PieceAt, SWARM_LIMITS } from '@iwanto/swarm';
import { Failure, PIECE_BYTES, asFailure, pieceCount } from '@iwanto/wire';
import { isContentOf } from '../disk/small-files.js';
import { HaveWatches } from '../downloading/have-watches.js';
import { digestsAttempt } from '../downloading/layers.js';
import { Pump } from '../downloading/pump.js';
import type { HaveLog } from '../uploading/have-log.js';
import { PieceCache } from './piece-cache.js';
import { type Readable, type ReadingTools, Supply } from './supply.js';
import { ReadWindows } from './windows.js';

const MEBIBYTE = 1_048_576;
/** How long a question waits for a piece before it gets an empty answer, so that the asker shows that it is still there, in ms. */
const ANSWER_MS = 2_000;
/** Pieces fetched early at the end of a file: its index may be there. */
const TAIL_PIECES = 8;
/** Little is requested ahead from each source: a jump has to wait for that. */
const LIMITS = { ...SWARM_LIMITS, windowMs: 100, windowBytesMax: 4 * MEBIBYTE };

export interface ReadingOptions extends ReadingTools {
  readonly of: Readable;
  /** A verified piece arrived. */
  readonly onPiece: (piece: number, body: Uint8Array) => void;
  /** It failed: it is of no use any more. */
  readonly onFailed: () => void;
}

/** A question that waits for its piece. */
interface Waiter {
  readonly reader: string;
  readonly wake: () => void;
}

export class Reading {
  usedMs: number;
  readonly #pieces: number;
  readonly #windows: ReadWindows;
  readonly #cache = new PieceCache();
  readonly #waiting = new Map<number, Set<Waiter>>();
  readonly #supply: Supply;
  readonly #watches: HaveWatches;
  readonly #pump: Pump;
  readonly #blake3: Blake3;
  #digests: Uint8Array | undefined;
  #needed: ReadonlySet<number> = new Set();
  #failure: Failure | undefined;
  #stopLocal: () => void = () => undefined;

  /** Starts looking for sources immediately. */
  constructor(private readonly options: ReadingOptions) {
    const { of, blake3, nowMs } = options;
    this.usedMs = nowMs();
    this.#blake3 = blake3;
    this.#pieces = pieceCount(of.bytes);
    this.#windows = new ReadWindows(this.#pieces);
    this.#supply = new Supply({
      ...options,
      onSource: (peer, line) => {
        this.#pump.addSource(peer, line);
        this.#watches.add(peer, line);
      },
      onLost: (peer, isForged) => {
        this.#watches.remove(peer);
        this.#pump.loseSource(peer, isForged);
      },
      onFailed: (failure) => this.#fail(failure),
    });
    this.#pump = this.#newPump();
    this.#watches = new HaveWatches({
      root: of.root,
      onPieces: (peer, pieces) => this.#pump.sourceHas(peer, pieces),
      onMissing: (peer) => this.#supply.missing(peer),
      onPeers: (peers) => this.#supply.sources.offer(options.holdersOf(peers)),
    });
    void this.#begin();
  }

  get of(): Readable {
    return this.options.of;
  }

  inMemory(): Iterable<readonly [number, Uint8Array]> {
    return this.#cache.entries();
  }

  /** Bytes from `offset` on, at most up to the end of their piece; none if they did not arrive in time: ask again. */
  async read(reader: string, offset: number, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
    const nowMs = this.options.nowMs();
    const piece = Math.floor(offset / PIECE_BYTES);
    this.usedMs = nowMs;
    this.#windows.asked(reader, piece, nowMs);
    if (!this.#cache.get(piece)) await this.#wait(piece, reader);
    else this.#hurry();
    if (this.#failure) throw this.#failure;
    const from = offset - piece * PIECE_BYTES;
    return this.#cache.get(piece)?.subarray(from, from + bytesMax) ?? new Uint8Array();
  }

  /** Its head and its tail will be needed soon. */
  warm(): void {
    const tail = Array.from({ length: TAIL_PIECES }, (_, at) => this.#pieces - 1 - at);
    this.#windows.warm([0, ...tail].filter((piece) => piece >= 0 && piece < this.#pieces));
    this.#hurry();
  }

  /** Nothing is fetched for this reader any more. */
  release(reader: string): void {
    this.#windows.release(reader);
    const waiters = [...this.#waiting.values()].flatMap((some) => [...some]);
    for (const waiter of waiters) if (waiter.reader === reader) waiter.wake();
    this.#hurry();
  }

  /** To be called periodically. */
  look(): void {
    if (this.#windows.forgetSilent(this.options.nowMs())) this.#hurry();
  }

  async close(): Promise<void> {
    this.#stopLocal();
    this.#watches.stop();
    this.#supply.close();
    await this.#pump.stop();
    this.#failure ??= new Failure('E_INTERRUPTED', `${this.of.name} is no longer being read.`);
    for (const piece of [...this.#waiting.keys()]) this.#wake(piece);
  }

  async #begin(): Promise<void> {
    const { of, local } = this.options;
    try {
      this.#pump.addFiles([{ bytes: of.bytes, isHeldBack: true }]);
      const here = await local.hereOf(of.root);
      if (here !== undefined) this.#addLocal(here);
      if (here !== 'all') this.#supply.seek();
      if (this.#pieces > 1) {
        const file = { root: of.root, size: of.bytes };
        this.#digests = await this.#supply.layer(digestsAttempt(this.#blake3, file));
      }
      this.#pump.release(0, []);
    } catch (cause) {
      this.#fail(asFailure(cause));
    }
  }

  #addLocal(here: 'all' | HaveLog): void {
    const { local } = this.options;
    this.#pump.addSource(local.self, local);
    if (here === 'all') return this.#pump.sourceHas(local.self, 'all');
    let known = 0;
    const learn = () => {
      const news = here.since(known, here.count);
      known += news.length;
      this.#pump.sourceHas(local.self, news);
    };
    this.#stopLocal = here.onNews(learn);
    learn();
  }

  #newPump(): Pump {
    return new Pump({
      limits: LIMITS,
      isOnDemand: true,
      seed: randomInt(1, 2 ** 32),
      nowMs: this.options.nowMs,
      sink: {
        wantedOf: ({ index }) => ({ ask: 'piece', root: this.of.root, first: index, count: 1 }),
        canJudge: () => true,
        isRight: (at, body) => this.#isRight(at, body),
        write: ({ index }, body) => this.#take(index, body),
        unitWhole: () => undefined,
      },
      waitMsFor: () => 0,
      onDone: () => undefined,
      onPiece: () => this.#supply.fed(),
      onFailed: (cause) => this.#fail(asFailure(cause)),
      onStarving: (isStarving) => this.#supply.starving(isStarving),
      onMissing: (peer) => this.#supply.missing(peer),
      onBan: (peer, reason) => {
        this.options.onTrouble(`Peer ${peer} is no longer used for ${this.of.root}: ${reason}.`);
        this.#watches.remove(peer);
        if (reason === 'badPiece') this.#supply.sources.banLiar(peer);
        else this.#supply.sources.ban(peer);
      },
      onDrop: (peer) => {
        this.#watches.remove(peer);
        this.#supply.sources.cut(peer);
      },
    });
  }

  #isRight({ index }: PieceAt, body: Uint8Array): boolean {
    const { root, bytes } = this.of;
    if (body.length !== pieceBytes(bytes, index)) return false;
    if (this.#digests) return verifyPiece(this.#blake3, digestAt(this.#digests, index), body);
    return isContentOf(this.#blake3, { root, size: bytes }, body);
  }

  #take(piece: number, body: Uint8Array): void {
    const { copy, gone } = this.#cache.put(piece, body, (one) => this.#needed.has(one));
    this.#wake(piece);
    this.options.onPiece(piece, copy);
    if (gone.length > 0) this.#pump.forget(gone);
  }

  async #wait(piece: number, reader: string): Promise<void> {
    if (this.#failure) return;
    await new Promise<void>((resolve) => {
      const waiters = this.#waiting.get(piece) ?? new Set();
      const wake = () => {
        clearTimeout(timer);
        waiters.delete(waiter);
        if (waiters.size === 0) this.#waiting.delete(piece);
        resolve();
      };
      const waiter = { reader, wake };
      const timer = setTimeout(wake, ANSWER_MS);
      this.#waiting.set(piece, waiters.add(waiter));
      this.#hurry();
    });
  }

  #wake(piece: number): void {
    for (const { wake } of [...(this.#waiting.get(piece) ?? [])]) wake();
  }

  #hurry(): void {
    const needed = this.#windows.needed(this.#waiting.keys());
    this.#needed = new Set(needed);
    this.#pump.hurry(needed);
  }

  #fail(failure: Failure): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.options.onFailed();
  }
}
