/** One download from the question to the name on the disk: find, plan, fetch, place. */
import { setMaxListeners } from 'node:events';
import type { SavedDownload } from '@iwanto/store';
import { Failure, type FileHash, type PeerId, reasonOf } from '@iwanto/wire';
import { ContentFetch } from './content-fetch.js';
import { diskFailure } from '../disk/disk.js';
import { Finder } from './finder.js';
import type { DownloadSpec, DownloadTools } from './download-spec.js';
import { goneFailure } from './gone.js';
import { Hunger, type HungerDecision, givenUp } from './hunger.js';
import { fetchManifest } from './layers.js';
import type { AskingLine } from '../sources/group-line.js';
import { type Plan, sizeOf } from '../disk/planned.js';
import { Pace } from '../pace.js';
import { planFor } from './planning.js';
import { prepare } from './prepare.js';
import { Offering } from './offering.js';
import { Progress } from './progress.js';
import { Spot } from './spot.js';
import { SourceSet } from '../sources/source-set.js';
import type { Target } from '../disk/target.js';

/** Why a download was stopped from outside. */
const CANCELLED = new Failure('E_INTERRUPTED', 'The download was cancelled; it can be resumed.');
const PAUSED = new Failure('E_INTERRUPTED', 'The download is paused: see "iwanto resume".');
const STOPPED = new Failure('E_INTERRUPTED', 'The transfer service stopped; start it again.');

export class Download {
  readonly progress: Progress;
  readonly #stopping = new AbortController();
  readonly #sources: SourceSet;
  readonly #ready = new Map<PeerId, AskingLine>();
  readonly #offering: Offering;
  readonly #running: Promise<void>;
  readonly #pace = new Pace(() => this.spec.bytesPerSecondMax ?? undefined);
  #finder: Finder | undefined;
  #fetching: ContentFetch | undefined;
  #isSaved = false;
  readonly #hunger: Hunger;

  /** Begins immediately. */
  constructor(
    private readonly spec: DownloadSpec,
    private readonly tools: DownloadTools,
  ) {
    const { root, kind, name, bytes, folder, bytesBefore: bytesDone } = spec;
    this.#offering = new Offering(spec, tools);
    this.#hunger = new Hunger(tools.nowMs(), tools.noSourceLimitMs);
    // Each wait for a layer adds a listener: many at the same time are not a leak.
    setMaxListeners(0, this.#stopping.signal);
    this.progress = new Progress(
      {
        ...{ id: root, hash: root, kind, name, bytes, path: `${folder}/${name}` },
        ...{ state: 'locating', bytesDone, files: kind === 'file' ? 1 : 0, filesDone: 0 },
      },
      tools.nowMs,
      tools.tell,
    );
    this.#sources = new SourceSet({
      lines: tools.lines,
      isAllowed: tools.isAllowed,
      isTrusted: tools.isTrusted,
      liars: tools.liars,
      onLied: (peer) => this.progress.note(`Not asked any more: ${peer}, which sent wrong bytes.`),
      signal: this.#stopping.signal,
      onReady: (peer, line) => this.#sourceReady(peer, line),
      onLost: (peer, why) => this.#sourceLost(peer, why === 'forged'),
      onMissing: (peer) => this.#finder?.refused(peer),
    });
    this.#running = this.#run();
  }

  get isActive(): boolean {
    return ['locating', 'running', 'stalled'].includes(this.progress.current.state);
  }

  /** Sources may have come: a starving download looks immediately. */
  poke(): void {
    this.#finder?.poke();
  }

  get folder(): string {
    return this.spec.folder;
  }

  /** Resolves when it has ended, however. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** The same until it is resumed. */
  async pause(): Promise<void> {
    await this.stop(PAUSED);
  }

  /** Ends it; what is verified is kept. Resolves when nothing is open any more. */
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
      this.#offering.end();
      this.#finder?.stop();
      this.#sources.close();
    }
  }

  async #bring(): Promise<void> {
    const spot = this.#openSpot();
    try {
      // Lines need the longest of all that comes before the first byte.
      this.#find();
      const found = await spot.look();
      if (found === 'there') return this.#wasThere(this.spec.bytes);
      this.#save(null);
      if (this.spec.adopts && spot.target.adopt(this.spec.adopts)) {
        this.progress.note('Continues with the bytes of an unfinished download of this name.');
      }
      const plan = await this.#plan(spot.target);
      if (found === 'needsPlan' && (await spot.look(plan)) === 'there') {
        await spot.acknowledge(plan);
        this.progress.change({ files: plan.files.length });
        return this.#wasThere(sizeOf(plan));
      }
      const here = { sharedAt: this.tools.sharedAt, placed: this.tools.journal.placed };
      await prepare(plan, spot, { ...this.spec, ...here, progress: this.progress });
      await this.#fetch(plan, spot.target);
      await spot.place(plan, this.progress.givenBy);
      await this.#offering.keep(spot, this.progress.current.name);
    } finally {
      spot.close();
    }
  }

  /** A piece of a file was fetched here for a reader. */
  give(root: FileHash, index: number, body: Uint8Array): void {
    this.#fetching?.give(root, index, body);
  }

  #openSpot(): Spot {
    const { root, kind, bytes } = this.spec;
    const { blake3, journal, isReserved } = this.tools;
    return new Spot({
      ...this.spec,
      sought: { root, kind, bytes },
      ...{ blake3, placed: journal.placed },
      isReserved: (path) => isReserved(path, root),
      note: (sentence) => this.progress.note(sentence),
      named: (name, path) => this.progress.change({ name, path }),
    });
  }

  #wasThere(bytes: number): void {
    if (!this.spec.reseed) this.tools.kept.forget(this.spec.root);
    this.progress.found(bytes);
    this.tools.journal.forget(this.spec.root);
  }

  #find(): void {
    this.#finder = new Finder({
      bus: this.tools.bus,
      ...{ root: this.spec.root, ofGroup: this.spec.ofGroup, mayAsk: this.tools.isAllowed },
      claim: this.spec,
      hunger: this.#hunger,
      holders: this.spec.holders,
      nowMs: this.tools.nowMs,
      haveAllLied: (holders) => this.#sources.areAllBanned(holders.map(({ peer }) => peer)),
      offer: (holders) => this.#sources.offer(holders),
      renew: (peer) => {
        this.#sources.drop(peer);
        this.#sourceLost(peer, false);
      },
      onGone: () => void this.#gone(),
      onBeat: (decision) => this.#obey(decision),
    });
  }

  #plan(target: Target): Promise<Plan> {
    const { blake3, journal } = this.tools;
    return planFor(this.spec, target, {
      placed: journal.placed,
      note: (sentence) => this.progress.note(sentence),
      fetch: async (wanted) => {
        const fetching = fetchManifest(this.#sources, blake3, wanted);
        const manifest = await this.#whileWaiting(fetching);
        this.#offering.manifests.set(wanted.root, manifest);
        return manifest;
      },
    });
  }

  async #fetch(plan: Plan, target: Target): Promise<void> {
    const { blake3, journal, nowMs, onTrouble, inMemory } = this.tools;
    this.#fetching = new ContentFetch({
      ...{ plan, target, blake3, journal, nowMs, onTrouble, inMemory },
      root: this.spec.root,
      self: this.tools.lines.self,
      sources: this.#sources,
      progress: this.progress,
      signal: this.#stopping.signal,
      onStarving: (isStarving) => this.#hunger.starving(isStarving, nowMs()),
      onPiece: () => this.#gotSomething(),
      onMissing: (peer) => this.#finder?.refused(peer),
      waitMsFor: (bytes) => this.#waitMsFor(bytes),
      whileWaiting: (work) => this.#whileWaiting(work),
      onPeers: (peers) => this.#sources.offer(this.tools.holdersOf(peers)),
      isNamed: (peer) => this.#finder?.names(peer) === true,
    });
    this.#offering.begin(this.#fetching, target);
    for (const [peer, line] of this.#ready) this.#fetching.addSource(peer, line);
    await this.#fetching.run();
  }

  /** Both the limit on this download and the one on all apply. */
  #waitMsFor(bytes: number): number {
    const nowMs = this.tools.nowMs();
    return Math.max(this.#pace.take(bytes, nowMs), this.tools.pace.take(bytes, nowMs));
  }

  #sourceReady(peer: PeerId, line: AskingLine): void {
    this.#ready.set(peer, line);
    this.progress.relayed(this.tools.relayTo?.(peer));
    this.#fetching?.addSource(peer, line);
  }

  #sourceLost(peer: PeerId, isForged: boolean): void {
    this.#ready.delete(peer);
    this.#fetching?.loseSource(peer, isForged);
  }

  #gotSomething(): void {
    this.#hunger.fed(this.tools.nowMs());
    this.#finder?.fed();
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

  #obey(decision: HungerDecision): void {
    this.progress.beat();
    if (decision.isStalled && this.progress.current.state !== 'stalled') {
      this.progress.change({ state: 'stalled' });
    }
    const failure = givenUp(decision, this.spec.name);
    if (failure?.code !== 'E_NO_SOURCE') return failure && this.#stopping.abort(failure);
    const sentence = `${failure.sentence} It resumes by itself when a source is back.`;
    this.#stopping.abort(new Failure('E_NO_SOURCE', sentence));
  }

  /** Nobody has this content any more: the user may want what now has its name. */
  async #gone(): Promise<void> {
    this.#finder?.stop();
    this.#stopping.abort(await goneFailure(this.tools.bus, this.spec));
  }

  #fail(failure: Failure): void {
    if (this.#isSaved) this.#save(JSON.stringify(failure.words()));
    const reason: unknown = this.#stopping.signal.reason;
    if (reason === CANCELLED) this.progress.end('cancelled', null);
    else if (reason === PAUSED) this.progress.end('paused', null);
    else this.progress.end('failed', failure.words());
  }

  #save(failure: string | null): void {
    const { root, kind, bytes, folder, overwrite, confirmed, only } = this.spec;
    const { bytesPerSecondMax, reseed, ofGroup } = this.spec;
    const { name, files, bytesDone } = this.progress.current;
    const spec = { hash: root, kind, name, bytes, folder, overwrite };
    const choices = { confirmed, only, bytesPerSecondMax, reseed, ofGroup, paused: false };
    const saved: SavedDownload = { ...spec, ...choices, files, bytesDone, failure };
    try {
      this.tools.journal.save(saved);
      this.#isSaved = true;
    } catch (cause) {
      this.tools.onTrouble(`The download ${root} could not be recorded: ${reasonOf(cause)}.`);
    }
  }
}
