/** One download from the question to the name on the disk: find, plan, fetch, place. */
import { setMaxListeners } from 'node:events';
import type { Download as DownloadView } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import type { SavedDownload, TransferStore } from '@iwanto/store';
import { Failure, type FileHash, type Holder, type Kind, type PeerId } from '@iwanto/wire';
import { ContentFetch } from './content-fetch.js';
import { diskFailure, requireRoom } from './disk.js';
import { Finder, type FinderOptions } from './finder.js';
import { fetchManifest } from './layers.js';
import type { SourceLine } from './peer-line.js';
import { type Plan, planTree } from './plan.js';
import { Progress } from './progress.js';
import { isSameContent } from './same-content.js';
import { SourceSet } from './source-set.js';
import type { Lines } from './sources.js';
import { Target } from './target.js';

/** A download with nobody to ask is shown as stalled after this time, in ms. */
const STALLED_MS = 2_000;
/** When every known holder lied there is little to wait for, in ms. */
const ALL_LIED_MS = 5_000;

export interface DownloadSpec {
  readonly hash: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: number;
  /** The real path of the folder it goes to. */
  readonly folder: string;
  readonly overwrite: boolean;
  readonly holders: readonly Holder[];
}

export interface DownloadTools {
  readonly bus: FinderOptions['bus'];
  readonly lines: Lines;
  readonly blake3: Blake3;
  readonly journal: TransferStore;
  readonly isAllowed: (holder: Holder) => boolean;
  readonly nowMs: () => number;
  readonly tell: (view: DownloadView) => void;
  readonly onTrouble: (sentence: string) => void;
  /** How long a download waits for a source before it gives up, in ms. */
  readonly noSourceLimitMs: number;
}

/** Why a download was stopped from outside. */
const CANCELLED = new Failure('E_INTERRUPTED', 'The download was cancelled; it can be resumed.');
const STOPPED = new Failure('E_INTERRUPTED', 'The transfer service stopped; start it again.');

export class Download {
  readonly progress: Progress;
  private readonly stopping = new AbortController();
  private readonly sources: SourceSet;
  private readonly ready = new Map<PeerId, SourceLine>();
  private readonly running: Promise<void>;
  private finder: Finder | undefined;
  private fetching: ContentFetch | undefined;
  private isSaved = false;
  private layersAwaited = 0;
  private lastGoodMs: number;

  /** Begins at once. */
  constructor(
    private readonly spec: DownloadSpec,
    private readonly tools: DownloadTools,
  ) {
    const { hash, kind, name, bytes, folder } = spec;
    this.lastGoodMs = tools.nowMs();
    // Each wait for a layer listens: many at once are no leak.
    setMaxListeners(0, this.stopping.signal);
    this.progress = new Progress(
      {
        ...{ id: hash, hash, kind, name, bytes, path: `${folder}/${name}`, state: 'locating' },
        ...{ bytesDone: 0, files: kind === 'file' ? 1 : 0, filesDone: 0 },
      },
      tools.nowMs,
      tools.tell,
    );
    this.sources = new SourceSet({
      lines: tools.lines,
      isAllowed: tools.isAllowed,
      signal: this.stopping.signal,
      onReady: (peer, line) => this.sourceReady(peer, line),
      onLost: (peer) => this.sourceLost(peer),
    });
    this.running = this.run();
  }

  get isActive(): boolean {
    return ['locating', 'running', 'stalled'].includes(this.progress.current.state);
  }

  /** Sources may have come: a starving download looks at once. */
  poke(): void {
    this.finder?.poke();
  }

  /** Ends it; what is verified stays. Resolves when nothing is open any more. */
  async cancel(): Promise<void> {
    await this.stop(CANCELLED);
  }

  async stop(why: Failure = STOPPED): Promise<void> {
    this.stopping.abort(why);
    await this.running;
  }

  /** Resolves when it is done, failed or cancelled; never rejects. */
  ended(): Promise<void> {
    return this.running;
  }

  private async run(): Promise<void> {
    try {
      await this.bring();
      this.tools.journal.forget(this.spec.hash);
      this.progress.end('done', null);
    } catch (cause) {
      this.stopping.abort(cause);
      this.fail(diskFailure(cause, this.progress.current.path));
    } finally {
      this.finder?.stop();
      this.sources.close();
    }
  }

  private async bring(): Promise<void> {
    const target = new Target(this.spec);
    try {
      if (target.isTaken && (await this.isThereAlready(target))) return;
      this.save(null);
      this.find();
      const plan = await this.plan(target);
      requireRoom(this.spec.folder, Math.max(0, this.spec.bytes - target.spaceTaken()));
      this.progress.change({ state: 'running', files: plan.files.length });
      await this.fetch(plan, target);
      await target.place();
    } finally {
      target.close();
    }
  }

  /** True when the name already stands for this very content; E_EXISTS when for another and that may not go. */
  private async isThereAlready(target: Target): Promise<boolean> {
    const { hash, bytes, overwrite } = this.spec;
    if (await isSameContent(this.tools.blake3, target.path, this.spec)) {
      target.discard();
      this.progress.found(bytes);
      this.tools.journal.forget(hash);
      return true;
    }
    if (!overwrite) throw target.taken();
    return false;
  }

  private find(): void {
    this.finder = new Finder({
      bus: this.tools.bus,
      hash: this.spec.hash,
      holders: this.spec.holders,
      nowMs: this.tools.nowMs,
      isHungry: () => this.isHungry,
      offer: (holders) => this.sources.offer(holders),
      onBeat: () => this.watchHunger(),
    });
  }

  private async plan(target: Target): Promise<Plan> {
    const { hash, kind, bytes } = this.spec;
    if (kind === 'file') {
      const file = { folder: '', name: target.temporaryName, size: bytes, root: hash };
      const files = [{ ...file, exec: false, mtimeSeconds: null }];
      return { files, folders: [], links: [], warnings: [] };
    }
    const plan = await planTree({
      root: hash,
      manners: target.manners(),
      manifestOf: (root) => this.whileWaiting(fetchManifest(this.sources, this.tools.blake3, root)),
    });
    const sum = plan.files.reduce((all, { size }) => all + size, 0);
    if (sum !== bytes) throw new Failure('E_VERIFY', `${hash} has ${sum} bytes, not ${bytes}.`);
    for (const warning of plan.warnings) this.tools.onTrouble(warning);
    return plan;
  }

  private async fetch(plan: Plan, target: Target): Promise<void> {
    const { blake3, journal, nowMs, onTrouble } = this.tools;
    this.fetching = new ContentFetch({
      ...{ plan, target, blake3, journal, nowMs, onTrouble },
      hash: this.spec.hash,
      sources: this.sources,
      progress: this.progress,
      signal: this.stopping.signal,
      // Time spent on other things than waiting for sources does not count as hunger.
      onStalled: () => (this.lastGoodMs = this.tools.nowMs()),
      onPiece: () => this.gotSomething(),
      whileWaiting: (work) => this.whileWaiting(work),
    });
    for (const [peer, line] of this.ready) this.fetching.addSource(peer, line);
    await this.fetching.run();
  }

  private sourceReady(peer: PeerId, line: SourceLine): void {
    this.ready.set(peer, line);
    this.fetching?.addSource(peer, line);
  }

  private sourceLost(peer: PeerId): void {
    this.ready.delete(peer);
    this.fetching?.loseSource(peer);
  }

  private get isHungry(): boolean {
    return this.fetching?.isStalled === true || this.layersAwaited > 0;
  }

  private gotSomething(): void {
    this.lastGoodMs = this.tools.nowMs();
    if (this.progress.current.state === 'stalled') this.progress.change({ state: 'running' });
  }

  private async whileWaiting<T>(work: Promise<T>): Promise<T> {
    if (!this.isHungry) this.lastGoodMs = this.tools.nowMs();
    this.layersAwaited += 1;
    try {
      const layer = await work;
      this.gotSomething();
      return layer;
    } finally {
      this.layersAwaited -= 1;
    }
  }

  private watchHunger(): void {
    this.progress.beat();
    const hungryMs = this.isHungry ? this.tools.nowMs() - this.lastGoodMs : 0;
    if (hungryMs < STALLED_MS) return;
    if (this.progress.current.state !== 'stalled') this.progress.change({ state: 'stalled' });
    const peers = this.finder?.holders.map(({ peer }) => peer) ?? [];
    if (hungryMs > ALL_LIED_MS && this.sources.areAllBanned(peers)) {
      const sentence = `Every peer that offered ${this.spec.name} sent bytes that its hash does not name.`;
      return this.stopping.abort(new Failure('E_VERIFY', sentence));
    }
    if (hungryMs <= this.tools.noSourceLimitMs) return;
    const seconds = Math.round(hungryMs / 1_000);
    const sentence = `For ${seconds} s no peer gave what is missing of ${this.spec.name}. Start the download again when one is there: it goes on from here.`;
    this.stopping.abort(new Failure('E_NO_SOURCE', sentence));
  }

  private fail(failure: Failure): void {
    if (this.isSaved) this.save(JSON.stringify(failure.words()));
    const cancelled = this.stopping.signal.reason === CANCELLED;
    this.progress.end(cancelled ? 'cancelled' : 'failed', cancelled ? null : failure.words());
  }

  private save(failure: string | null): void {
    const { hash, kind, name, bytes, folder, overwrite } = this.spec;
    const { files, bytesDone } = this.progress.current;
    const spec = { hash, kind, name, bytes, folder, overwrite };
    const saved: SavedDownload = { ...spec, files, bytesDone, failure };
    try {
      this.tools.journal.save(saved);
      this.isSaved = true;
    } catch (cause) {
      this.tools.onTrouble(`The download ${hash} could not be noted: ${String(cause)}.`);
    }
  }
}
