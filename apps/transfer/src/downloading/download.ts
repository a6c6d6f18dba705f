/** One download from the question to the name on the disk: find, plan, fetch, place. */
import { setMaxListeners } from 'node:events';
import type { Download as DownloadView } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import type { SavedDownload, TransferStore } from '@iwanto/store';
import { Failure, type FileHash, type Holder, type Kind, type PeerId } from '@iwanto/wire';
import { ContentFetch } from './content-fetch.js';
import { diskFailure, requireRoom } from '../disk/disk.js';
import { Finder, type FinderOptions } from './finder.js';
import { Hunger, type HungerDecision } from './hunger.js';
import { fetchManifest } from './layers.js';
import type { SourceLine } from '../sources/source-line.js';
import type { Plan } from '../disk/planned.js';
import { planTree } from './plan.js';
import { Progress } from './progress.js';
import { isSameContent } from '../disk/same-content.js';
import { SourceSet } from '../sources/source-set.js';
import type { Lines } from '../sources/lines.js';
import { Target } from '../disk/target.js';

export interface DownloadSpec {
  readonly root: FileHash;
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
  readonly #stopping = new AbortController();
  readonly #sources: SourceSet;
  readonly #ready = new Map<PeerId, SourceLine>();
  readonly #running: Promise<void>;
  #finder: Finder | undefined;
  #fetching: ContentFetch | undefined;
  #isSaved = false;
  readonly #hunger: Hunger;

  /** Begins at once. */
  constructor(
    private readonly spec: DownloadSpec,
    private readonly tools: DownloadTools,
  ) {
    const { root, kind, name, bytes, folder } = spec;
    this.#hunger = new Hunger(tools.nowMs(), tools.noSourceLimitMs);
    // Each wait for a layer listens: many at once are no leak.
    setMaxListeners(0, this.#stopping.signal);
    this.progress = new Progress(
      {
        ...{
          id: root,
          hash: root,
          kind,
          name,
          bytes,
          path: `${folder}/${name}`,
          state: 'locating',
        },
        ...{ bytesDone: 0, files: kind === 'file' ? 1 : 0, filesDone: 0 },
      },
      tools.nowMs,
      tools.tell,
    );
    this.#sources = new SourceSet({
      lines: tools.lines,
      isAllowed: tools.isAllowed,
      signal: this.#stopping.signal,
      onReady: (peer, line) => this.#sourceReady(peer, line),
      onLost: (peer) => this.#sourceLost(peer),
    });
    this.#running = this.#run();
  }

  get isActive(): boolean {
    return ['locating', 'running', 'stalled'].includes(this.progress.current.state);
  }

  /** Sources may have come: a starving download looks at once. */
  poke(): void {
    this.#finder?.poke();
  }

  /** Ends it; what is verified stays. Resolves when nothing is open any more. */
  async cancel(): Promise<void> {
    await this.stop(CANCELLED);
  }

  async stop(why: Failure = STOPPED): Promise<void> {
    this.#stopping.abort(why);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#bring();
      this.tools.journal.forget(this.spec.root);
      this.progress.end('done', null);
    } catch (cause) {
      this.#stopping.abort(cause);
      this.#fail(diskFailure(cause, this.progress.current.path));
    } finally {
      this.#finder?.stop();
      this.#sources.close();
    }
  }

  async #bring(): Promise<void> {
    const target = new Target(this.spec);
    try {
      if (target.isTaken && (await this.#isThereAlready(target))) return;
      this.#save(null);
      this.#find();
      const plan = await this.#plan(target);
      requireRoom(this.spec.folder, Math.max(0, this.spec.bytes - target.spaceTaken()));
      this.progress.change({ state: 'running', files: plan.files.length });
      await this.#fetch(plan, target);
      await target.place();
    } finally {
      target.close();
    }
  }

  /** True when the name already stands for this very content; E_EXISTS when for another and that may not go. */
  async #isThereAlready(target: Target): Promise<boolean> {
    const { root, bytes, overwrite } = this.spec;
    if (await isSameContent(this.tools.blake3, target.path, this.spec)) {
      target.discard();
      this.progress.found(bytes);
      this.tools.journal.forget(root);
      return true;
    }
    if (!overwrite) throw target.taken();
    return false;
  }

  #find(): void {
    this.#finder = new Finder({
      bus: this.tools.bus,
      root: this.spec.root,
      hunger: this.#hunger,
      holders: this.spec.holders,
      nowMs: this.tools.nowMs,
      haveAllLied: (holders) => this.#sources.areAllBanned(holders.map(({ peer }) => peer)),
      offer: (holders) => this.#sources.offer(holders),
      onBeat: (decision) => this.#obey(decision),
    });
  }

  async #plan(target: Target): Promise<Plan> {
    const { root, kind, bytes } = this.spec;
    if (kind === 'file') {
      const file = { folder: '', name: target.temporaryName, size: bytes, root };
      const files = [{ ...file, exec: false, mtimeSeconds: null }];
      return { files, folders: [], links: [], warnings: [] };
    }
    const plan = await planTree({
      root,
      manners: target.manners(),
      manifestOf: (of) => this.#whileWaiting(fetchManifest(this.#sources, this.tools.blake3, of)),
    });
    const sum = plan.files.reduce((all, { size }) => all + size, 0);
    if (sum !== bytes) throw new Failure('E_VERIFY', `${root} has ${sum} bytes, not ${bytes}.`);
    for (const warning of plan.warnings) this.tools.onTrouble(warning);
    return plan;
  }

  async #fetch(plan: Plan, target: Target): Promise<void> {
    const { blake3, journal, nowMs, onTrouble } = this.tools;
    this.#fetching = new ContentFetch({
      ...{ plan, target, blake3, journal, nowMs, onTrouble },
      root: this.spec.root,
      sources: this.#sources,
      progress: this.progress,
      signal: this.#stopping.signal,
      onStarving: (isStarving) => this.#hunger.starving(isStarving, nowMs()),
      onPiece: () => this.#gotSomething(),
      whileWaiting: (work) => this.#whileWaiting(work),
    });
    for (const [peer, line] of this.#ready) this.#fetching.addSource(peer, line);
    await this.#fetching.run();
  }

  #sourceReady(peer: PeerId, line: SourceLine): void {
    this.#ready.set(peer, line);
    this.#fetching?.addSource(peer, line);
  }

  #sourceLost(peer: PeerId): void {
    this.#ready.delete(peer);
    this.#fetching?.loseSource(peer);
  }

  #gotSomething(): void {
    this.#hunger.fed(this.tools.nowMs());
    if (this.progress.current.state === 'stalled') this.progress.change({ state: 'running' });
  }

  async #whileWaiting<T>(work: Promise<T>): Promise<T> {
    this.#hunger.layerAwaited(this.tools.nowMs());
    try {
      const layer = await work;
      this.#gotSomething();
      return layer;
    } finally {
      this.#hunger.layerSettled();
    }
  }

  #obey({ isStalled, giveUp, hungryMs }: HungerDecision): void {
    const { name } = this.spec;
    this.progress.beat();
    if (isStalled && this.progress.current.state !== 'stalled') {
      this.progress.change({ state: 'stalled' });
    }
    if (giveUp === 'allLied') {
      const sentence = `Every peer that offered ${name} sent bytes that its hash does not name.`;
      this.#stopping.abort(new Failure('E_VERIFY', sentence));
    }
    if (giveUp === 'nobody') {
      const seconds = Math.round(hungryMs / 1_000);
      const sentence = `For ${seconds} s no peer gave what is missing of ${name}. Start the download again when one is there: it continues from here.`;
      this.#stopping.abort(new Failure('E_NO_SOURCE', sentence));
    }
  }

  #fail(failure: Failure): void {
    if (this.#isSaved) this.#save(JSON.stringify(failure.words()));
    const cancelled = this.#stopping.signal.reason === CANCELLED;
    this.progress.end(cancelled ? 'cancelled' : 'failed', cancelled ? null : failure.words());
  }

  #save(failure: string | null): void {
    const { root, kind, name, bytes, folder, overwrite } = this.spec;
    const { files, bytesDone } = this.progress.current;
    const spec = { hash: root, kind, name, bytes, folder, overwrite };
    const saved: SavedDownload = { ...spec, files, bytesDone, failure };
    try {
      this.tools.journal.save(saved);
      this.#isSaved = true;
    } catch (cause) {
      this.tools.onTrouble(`The download ${root} could not be noted: ${String(cause)}.`);
    }
  }
}
