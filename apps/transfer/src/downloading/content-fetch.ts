/** Brings one planned content into its temporary place: digests, pieces, links, and the journal of it. */
import { randomInt } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Blake3, pieceBytes } from '@iwanto/merkle';
import type { TransferStore } from '@iwanto/store';
import type { PieceAt } from '@iwanto/swarm';
import { type FileHash, PIECE_BYTES, type PeerId, reasonOf } from '@iwanto/wire';
import { EarlyPieces } from './early-pieces.js';
import { makeFolders, makeLink } from '../disk/skeleton.js';
import { fetchDigests } from './layers.js';
import { type Plan, type PlannedFile, pathIn } from '../disk/planned.js';
import { type Unit, unitsOf } from '../disk/units.js';
import { HaveLog } from '../uploading/have-log.js';
import { HaveWatches } from './have-watches.js';
import type { Progress } from './progress.js';
import { Pump } from './pump.js';
import type { AskingLine } from '../sources/group-line.js';
import type { SourceSet } from '../sources/source-set.js';
import type { Target } from '../disk/target.js';
import { TreeWriter } from '../disk/tree-writer.js';
import type { FolderTree } from '../disk/folder.js';

/** Between two entries in the journal, in ms: what a crash loses is hashed again, not fetched again. */
const JOURNAL_MS = 1_000;
/** Files whose digests are asked for at the same time. */
const DIGESTS_AT_ONCE = 8;
/** Packs of small files started before other work gets its turn. */
const PACKS_A_TURN = 16;

export interface ContentFetchOptions {
  readonly self: PeerId;
  readonly root: FileHash;
  readonly plan: Plan;
  readonly target: Target;
  readonly sources: SourceSet;
  readonly blake3: Blake3;
  readonly journal: Pick<TransferStore, 'claim' | 'saveClaims' | 'saveProgress'>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** No source is left for what is missing, or one is available again. */
  readonly onStarving: (isStarving: boolean) => void;
  readonly onPiece: () => void;
  /** A source does not have what it was asked for. */
  readonly onMissing: (peer: PeerId) => void;
  /** How long received bytes have to wait because of a rate limit, in ms. */
  readonly waitMsFor: (bytes: number) => number;
  /** Wraps each wait for a layer. */
  readonly whileWaiting: <T>(work: Promise<T>) => Promise<T>;
  /** Peers that fetch the same content and may be asked, too. */
  readonly onPeers: (peers: readonly PeerId[]) => void;
  /** Whether the tracker says that this peer has the content. */
  readonly isNamed: (peer: PeerId) => boolean;
  readonly onTrouble: (sentence: string) => void;
  /** Pieces of a file that are in memory here because somebody is reading it. */
  readonly inMemory: InMemory;
}

export type InMemory = (root: FileHash) => Promise<Iterable<readonly [number, Uint8Array]>>;

export class ContentFetch {
  readonly units: readonly Unit[];
  /** The pieces that are there. */
  readonly log = new HaveLog();
  readonly #watches: HaveWatches;
  readonly #writer: TreeWriter;
  readonly #pump: Pump;
  readonly #folders: FolderTree;
  readonly #finished: Promise<void>;
  readonly #early: EarlyPieces;
  /** Files of several pieces that can be verified, by their roots. */
  readonly #judged = new Map<FileHash, number>();
  #savedBytes = 0;
  #finish: () => void = () => undefined;
  #fail: (cause: unknown) => void = () => undefined;

  constructor(private readonly options: ContentFetchOptions) {
    this.#folders = options.target.openTree();
    this.units = unitsOf(options.plan);
    this.#early = new EarlyPieces(this.units, options.target.isResumed);
    this.#finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    // Whoever awaits `run` hears of it; until then it is nobody's unhandled rejection.
    this.#finished.catch(() => undefined);
    options.signal.addEventListener('abort', () => this.#fail(options.signal.reason));
    const { target, blake3 } = options;
    this.#writer = new TreeWriter({
      ...{ units: this.units, folders: this.#folders, blake3, isResumed: target.isResumed },
      shown: (path) => (path === target.temporaryName ? target.path : `${target.path}/${path}`),
      onFailed: (cause) => this.#fail(cause),
    });
    this.#pump = this.#newPump();
    const { root, onPeers, onMissing } = options;
    this.#watches = new HaveWatches({
      ...{ root, onPeers, onMissing },
      onPieces: (peer, pieces) => this.#learn(peer, pieces),
    });
  }

  addSource(peer: PeerId, line: AskingLine): void {
    this.#early.add(peer, () => {
      this.#pump.addSource(peer, line, this.options.isNamed(peer));
      this.#watches.add(peer, line);
    });
  }

  /** In a part of a directory the pieces are numbered differently than for everybody else. */
  #learn(peer: PeerId, pieces: readonly number[] | 'all'): void {
    if (pieces === 'all' || !this.options.plan.isPart) this.#pump.sourceHas(peer, pieces);
  }

  loseSource(peer: PeerId, isForged: boolean): void {
    this.#early.lose(peer);
    this.#watches.remove(peer);
    this.#pump.loseSource(peer, isForged);
  }

  /** A piece of a file was fetched here for a reader. */
  give(root: FileHash, index: number, body: Uint8Array): void {
    const file = this.#judged.get(root);
    if (file !== undefined) this.#pump.give(this.options.self, { file, index }, body);
  }

  digestsOf(unit: number): Uint8Array | undefined {
    return this.#writer.digestsOf(unit);
  }

  /** Resolves when every file is complete and durable in the temporary place; nothing is open then. */
  async run(): Promise<void> {
    const journal = setInterval(() => void this.#journal(), JOURNAL_MS);
    try {
      await Promise.race([this.#addAll(), this.#finished]);
      await this.#finished;
      await this.#writer.settled();
      for (const link of this.options.plan.links) makeLink(this.#folders, link);
    } finally {
      clearInterval(journal);
      this.#watches.stop();
      await this.#pump.stop();
      await this.#journal();
      await this.#writer.close();
    }
  }

  #newPump(): Pump {
    const { self, progress, sources, onTrouble, onStarving, onPiece, onMissing } = this.options;
    return new Pump({
      self,
      nowMs: this.options.nowMs,
      sink: this.#writer,
      seed: randomInt(1, 2 ** 32),
      onStarving,
      onMissing,
      waitMsFor: this.options.waitMsFor,
      onDone: () => this.#finish(),
      onFailed: (cause) => this.#fail(cause),
      onPiece: (peer, bytes, at) => {
        this.#note(at);
        progress.filesDone(this.#writer.filesWhole);
        if (peer === self) progress.found(bytes);
        else progress.fetched(bytes, peer);
        onPiece();
      },
      onBan: (peer, reason) => {
        onTrouble(`Peer ${peer} is no longer used for ${this.options.root}: ${reason}.`);
        this.#watches.remove(peer);
        if (reason === 'badPiece') sources.banLiar(peer);
        else sources.ban(peer);
      },
      onDrop: (peer) => {
        this.#watches.remove(peer);
        sources.cut(peer);
      },
    });
  }

  /** A piece is there: others may fetch it. */
  #note(at: PieceAt): void {
    const number = this.#pump.numberOf(at);
    if (number !== undefined) this.log.add(number);
  }

  async #addAll(): Promise<void> {
    const { plan, signal } = this.options;
    await makeFolders(this.#folders, plan.folders, signal);
    this.#pump.addFiles(this.units.map(({ bytes }) => ({ bytes, isHeldBack: true })));
    this.#pump.allAdded();
    const numbers = this.units.keys();
    const large = [...numbers].filter((number) => this.#isLarge(number));
    await this.#takeUpSmall();
    const queue = large.values();
    await Promise.all(Array.from({ length: DIGESTS_AT_ONCE }, () => this.#takeUpAll(queue)));
    this.options.progress.checked();
  }

  #isLarge(number: number): boolean {
    return (this.units[number]?.bytes ?? 0) > PIECE_BYTES;
  }

  async #takeUpSmall(): Promise<void> {
    const { progress, signal } = this.options;
    let taken = 0;
    for (const [number, unit] of this.units.entries()) {
      if (this.#isLarge(number)) continue;
      const isThere = this.#writer.takeUpSmall(number);
      if (isThere) progress.found(unit.bytes);
      this.#release(number, isThere && unit.bytes > 0 ? [0] : []);
      progress.filesDone(this.#writer.filesWhole);
      taken += 1;
      if (taken % PACKS_A_TURN > 0) continue;
      await nextTurn();
      signal.throwIfAborted();
    }
  }

  async #takeUpAll(queue: Iterator<number>): Promise<void> {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const unit = this.units[next.value];
      if (unit?.kind === 'file') await this.#takeUpLarge(next.value, unit.file);
      this.options.signal.throwIfAborted();
    }
  }

  async #takeUpLarge(number: number, planned: PlannedFile): Promise<void> {
    const { sources, blake3, journal, root, progress, whileWaiting } = this.options;
    const isEarly = this.#early.isOpen && !(await this.#isRead(planned.root));
    if (isEarly) this.#pump.release(number, []);
    const digests = await whileWaiting(fetchDigests(sources, blake3, planned));
    const claim = journal.claim(root, pathIn(planned.folder, planned.name));
    const have = await this.#writer.takeUpLarge(number, digests, claim);
    this.options.signal.throwIfAborted();
    for (const index of have) progress.found(pieceBytes(planned.size, index));
    const more = isEarly ? [] : await this.#takeUpRead(number, planned, new Set(have));
    this.#release(number, [...have, ...more]);
    this.#judged.set(planned.root, number);
    this.#pump.judge();
    this.#early.end();
  }

  async #isRead(root: FileHash): Promise<boolean> {
    const [first] = await this.options.inMemory(root);
    return first !== undefined;
  }

  /** What is being read at the moment need not be fetched again. */
  async #takeUpRead(
    file: number,
    { root, size }: PlannedFile,
    have: ReadonlySet<number>,
  ): Promise<number[]> {
    const taken: number[] = [];
    for (const [index, body] of await this.options.inMemory(root)) {
      if (have.has(index) || !this.#writer.isRight({ file, index }, body)) continue;
      await this.#writer.write({ file, index }, body);
      this.options.progress.found(pieceBytes(size, index));
      taken.push(index);
    }
    return taken;
  }

  #release(number: number, have: readonly number[]): void {
    this.#pump.release(number, have);
    for (const index of have) this.#note({ file: number, index });
  }

  /** Only what is durable is recorded, so the sync comes first. */
  async #journal(): Promise<void> {
    const { journal, root, progress, onTrouble } = this.options;
    progress.filesDone(this.#writer.filesWhole);
    try {
      const claims = await this.#writer.claims();
      if (claims.length > 0) journal.saveClaims(root, claims);
      this.#saveProgress();
    } catch (cause) {
      // Without an entry the pieces are hashed again at a resume: slower, not wrong.
      onTrouble(`The journal of ${root} could not be written: ${reasonOf(cause)}.`);
    }
  }

  /** So that after a crash the progress that is shown is the true one. */
  #saveProgress(): void {
    const { bytesDone, files } = this.options.progress.current;
    if (bytesDone === this.#savedBytes) return;
    this.#savedBytes = bytesDone;
    this.options.journal.saveProgress(this.options.root, bytesDone, files);
  }
}
