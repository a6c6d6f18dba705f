/** Brings one planned content into its temporary place: digests, pieces, links, and the journal of it. */
import { readlinkSync, symlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Blake3, pieceBytes } from '@iwanto/merkle';
import type { TransferStore } from '@iwanto/store';
import type { FileHash, PeerId } from '@iwanto/wire';
import { PIECE_BYTES } from '@iwanto/wire';
import { diskFailure } from '../disk/disk.js';
import { fetchDigests } from './layers.js';
import { type Plan, type PlannedFile, type PlannedLink, pathIn } from '../disk/planned.js';
import type { Progress } from './progress.js';
import { Pump } from './pump.js';
import type { SourceLine } from '../sources/source-line.js';
import type { SourceSet } from '../sources/source-set.js';
import type { Target } from '../disk/target.js';
import { TreeWriter } from '../disk/tree-writer.js';
import type { FolderTree } from '../disk/folder.js';

/** Between two entries in the journal, in ms: what a crash may cost is hashed again, not fetched again. */
const JOURNAL_MS = 1_000;
/** Files whose digests are asked for at once. */
const DIGESTS_AT_ONCE = 8;
/** Folders made before other work gets its turn. */
const FOLDERS_A_TURN = 200;
/** Small files taken up before other work gets its turn. */
const FILES_A_TURN = 500;

export interface ContentFetchOptions {
  readonly root: FileHash;
  readonly plan: Plan;
  readonly target: Target;
  readonly sources: SourceSet;
  readonly blake3: Blake3;
  readonly journal: Pick<TransferStore, 'claim' | 'saveClaims' | 'saveProgress'>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Nobody can be asked for what is missing, or somebody can again. */
  readonly onStarving: (isStarving: boolean) => void;
  readonly onPiece: () => void;
  /** A source has not what it was asked for. */
  readonly onMissing: (peer: PeerId) => void;
  /** How long bytes that arrived have to wait for a limit on the rate, in ms. */
  readonly waitMsFor: (bytes: number) => number;
  /** Wraps each wait for a layer. */
  readonly whileWaiting: <T>(work: Promise<T>) => Promise<T>;
  readonly onTrouble: (sentence: string) => void;
}

export class ContentFetch {
  readonly #writer: TreeWriter;
  readonly #pump: Pump;
  readonly #folders: FolderTree;
  readonly #finished: Promise<void>;
  #savedBytes = 0;
  #finish: () => void = () => undefined;
  #fail: (cause: unknown) => void = () => undefined;

  constructor(private readonly options: ContentFetchOptions) {
    this.#folders = options.target.openTree();
    this.#finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    // Whoever awaits `run` hears of it; until then it is nobody's unhandled rejection.
    this.#finished.catch(() => undefined);
    options.signal.addEventListener('abort', () => this.#fail(options.signal.reason));
    const { target, blake3 } = options;
    this.#writer = new TreeWriter({
      ...{ folders: this.#folders, blake3, isResumed: target.isResumed },
      shown: (path) => (path === target.temporaryName ? target.path : `${target.path}/${path}`),
      onFailed: (cause) => this.#fail(cause),
    });
    this.#pump = this.#newPump();
  }

  addSource(peer: PeerId, line: SourceLine): void {
    this.#pump.addSource(peer, line);
  }

  loseSource(peer: PeerId): void {
    this.#pump.loseSource(peer);
  }

  /** Resolves when every file is whole and durable in the temporary place; nothing is open then. */
  async run(): Promise<void> {
    const journal = setInterval(() => void this.#journal(), JOURNAL_MS);
    try {
      await Promise.race([this.#addAll(), this.#finished]);
      await this.#finished;
      await this.#writer.settled();
      for (const link of this.options.plan.links) this.#makeLink(link);
    } finally {
      clearInterval(journal);
      await this.#pump.stop();
      await this.#journal();
      await this.#writer.close();
    }
  }

  #newPump(): Pump {
    const { progress, sources, onTrouble, onStarving, onPiece, onMissing, nowMs } = this.options;
    return new Pump({
      nowMs,
      sink: this.#writer,
      onStarving,
      onMissing,
      waitMsFor: this.options.waitMsFor,
      onDone: () => this.#finish(),
      onFailed: (cause) => this.#fail(cause),
      onPiece: (peer, bytes) => {
        progress.filesDone(this.#writer.filesWhole);
        progress.fetched(bytes, peer);
        onPiece();
      },
      onBan: (peer, reason) => {
        onTrouble(`Peer ${peer} is not used any more for ${this.options.root}: ${reason}.`);
        sources.ban(peer);
      },
      onDrop: (peer) => sources.cut(peer),
    });
  }

  async #addAll(): Promise<void> {
    const { plan, signal } = this.options;
    await this.#makeFolders(plan.folders);
    const large = plan.files.filter(({ size }) => size > PIECE_BYTES);
    const small = plan.files.filter(({ size }) => size <= PIECE_BYTES);
    for (let at = 0; at < small.length; at += FILES_A_TURN) {
      this.#addSmall(small.slice(at, at + FILES_A_TURN));
      await nextTurn();
      signal.throwIfAborted();
    }
    const queue = large.values();
    await Promise.all(Array.from({ length: DIGESTS_AT_ONCE }, () => this.#addLarge(queue)));
    this.#pump.allAdded();
  }

  /** In the order of their paths, so that those above a folder are still open when it is made. */
  async #makeFolders(folders: readonly string[]): Promise<void> {
    let count = 0;
    for (const folder of folders.toSorted()) {
      this.#folders.at(folder);
      count += 1;
      if (count % FOLDERS_A_TURN !== 0) continue;
      await nextTurn();
      this.options.signal.throwIfAborted();
    }
  }

  #addSmall(files: readonly PlannedFile[]): void {
    const { progress } = this.options;
    const wanted = files.map((planned) => {
      const there = this.#writer.addSmall(planned);
      if (there) progress.found(planned.size);
      return { bytes: planned.size, have: there && planned.size > 0 ? [0] : [] };
    });
    this.#pump.addFiles(wanted);
    progress.filesDone(this.#writer.filesWhole);
  }

  async #addLarge(queue: Iterator<PlannedFile>): Promise<void> {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      await this.#addOneLarge(next.value);
      this.options.signal.throwIfAborted();
    }
  }

  async #addOneLarge(planned: PlannedFile): Promise<void> {
    const { sources, blake3, journal, root, progress, whileWaiting } = this.options;
    const digests = await whileWaiting(fetchDigests(sources, blake3, planned));
    const claim = journal.claim(root, pathIn(planned.folder, planned.name));
    const resumed = await this.#writer.resumeLarge(planned, digests, claim);
    this.options.signal.throwIfAborted();
    this.#writer.add(resumed);
    for (const index of resumed.have) progress.found(pieceBytes(planned.size, index));
    this.#pump.addFiles([{ bytes: planned.size, have: resumed.have }]);
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
      onTrouble(`The journal of ${root} could not be written: ${String(cause)}.`);
    }
  }

  /** What a crash leaves is told truly afterwards. */
  #saveProgress(): void {
    const { bytesDone, files } = this.options.progress.current;
    if (bytesDone === this.#savedBytes) return;
    this.#savedBytes = bytesDone;
    this.options.journal.saveProgress(this.options.root, bytesDone, files);
  }

  #makeLink({ folder, name, target }: PlannedLink): void {
    const path = this.#folders.at(folder).at(name);
    try {
      symlinkSync(target, path);
    } catch (cause) {
      const there = (cause as NodeJS.ErrnoException).code === 'EEXIST';
      if (!there || readlinkSync(path) !== target) throw diskFailure(cause, pathIn(folder, name));
    }
  }
}
