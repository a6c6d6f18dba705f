/** All downloads of this host: running, ended in this run, and those that an earlier run left. */
import { type Bus, DOWNLOADS_MAX, type Download as DownloadView } from '@iwanto/bus';
import type { SavedDownload } from '@iwanto/store';
import {
  Failure,
  type FileHash,
  type LocateAnswer,
  type PeerId,
  reasonOf,
  setRecent,
} from '@iwanto/wire';
import type { Folders } from '../disk/download-folder.js';
import { chosenName, foreignName } from '../disk/names.js';
import { Target } from '../disk/target.js';
import { provenClaim } from './claims.js';
import { Download } from './download.js';
import type { DownloadSpec, DownloadTools, StartQuestion } from './download-spec.js';
import { Patience } from './patience.js';
import { elsewhere, sameOrRefuse, wasRefused } from './one-place.js';
import { goesOnByItself, questionOf, soundOf, viewOfSaved } from './saved.js';

/** Downloads that may run at the same time; each holds files and lines open. */
const RUNNING_MAX = 64;
const HASH_CHARACTERS = 64;
/** Refusals of `locate` that a download started earlier can wait out. */
const WAIT_FOR = new Set([
  'E_NOT_FOUND',
  'E_NO_LEADER',
  'E_NOT_RUNNING',
  'E_TIMEOUT',
  'E_NOT_LEADER',
]);

export interface DownloadsOptions {
  readonly tools: Omit<DownloadTools, 'isReserved'>;
  readonly bus: Pick<Bus, 'call'>;
  readonly self: PeerId;
  readonly folders: Folders;
}

export class Downloads {
  readonly #running = new Map<string, Download>();
  /** Only their views: the plan of a large directory takes much memory. */
  readonly #ended = new Map<string, DownloadView>();
  readonly #patience = new Patience();
  #isGoingOn = false;

  constructor(private readonly options: DownloadsOptions) {}

  /** Starts a download, continues an earlier one, or returns the running one. */
  async start(question: StartQuestion, isResumed = false): Promise<DownloadView> {
    const saved = this.#savedOf(question.hash);
    const running = this.#running.get(question.hash);
    const located = running ? undefined : await this.#locate(question.hash, saved);
    const hash = located?.hash ?? (question.hash as FileHash);
    if (!isResumed) this.#forgetRefused(hash);
    const folder = await this.#folderFor(question, hash);
    const now = this.#running.get(hash);
    if (now) return sameOrRefuse(now, question, folder);
    if (!located) throw this.#unknown(hash);
    const claim = await provenClaim(located, this.options.tools);
    return this.#running.get(claim.hash)?.progress.current ?? this.#begin(question, claim, folder);
  }

  get(id: string): DownloadView {
    const view = this.list().find((one) => one.id === id);
    if (view) return view;
    throw this.#unknown(id);
  }

  /** Those of this run, then those an earlier run left. */
  list(): DownloadView[] {
    const running = [...this.#running.values()].map(({ progress }) => progress.current);
    const ended = [...this.#ended.values()];
    const left = this.#saved().filter(
      ({ hash }) => !this.#running.has(hash) && !this.#ended.has(hash),
    );
    return [...running, ...ended, ...left.map(viewOfSaved)].slice(0, DOWNLOADS_MAX);
  }

  /** Stops a download until it is resumed. */
  async pause(id: string): Promise<DownloadView> {
    await this.#running.get(id)?.pause();
    const saved = this.#savedOf(id);
    if (!saved) return this.get(id);
    this.options.tools.journal.save({ ...saved, paused: true });
    this.#ended.delete(id);
    return this.get(id);
  }

  /** Resumes one that was paused, failed or interrupted. */
  async resume(id: string): Promise<DownloadView> {
    const running = this.#running.get(id);
    if (running) return running.progress.current;
    const saved = this.#savedOf(id);
    if (saved) return this.start(questionOf(saved), true);
    const view = this.get(id);
    if (view.state === 'done') return view;
    throw this.#unknown(id);
  }

  /** Stops a download; with `forget`, what it fetched is removed as well. */
  async cancel(id: string, forget: boolean): Promise<DownloadView> {
    await this.#running.get(id)?.cancel();
    const view = this.get(id);
    const saved = this.#savedOf(id);
    if (forget && saved) this.#remove(saved);
    else if (saved) this.options.tools.journal.save({ ...saved, paused: true });
    return { ...view, state: view.state === 'done' ? 'done' : 'cancelled', failure: null };
  }

  /** Forgets downloads that have ended, and returns them; those that can be resumed stay. */
  clear(): DownloadView[] {
    const resumable = new Set<string>(this.#saved().map(({ hash }) => hash));
    const ended = [...this.#ended].filter(([id]) => !resumable.has(id));
    for (const [id] of ended) this.#ended.delete(id);
    return ended.map(([, view]) => view);
  }

  /** Sources may have come back: for those that run, and for those that wait for some. */
  poke(): void {
    for (const download of this.#running.values()) download.poke();
    this.#patience.reset();
    void this.goOn();
  }

  /** Restarts automatically what a stop, a crash or a lack of sources interrupted. */
  async goOn(): Promise<void> {
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    try {
      for (const saved of this.#saved()) {
        if (this.#running.has(saved.hash) || !goesOnByItself(saved)) continue;
        if (!this.#patience.isDue(saved.hash, this.options.tools.nowMs())) continue;
        if (!(await this.#goOnWith(saved))) return;
      }
    } finally {
      this.#isGoingOn = false;
    }
  }

  /** A verified piece of a file was fetched here for a reader: a download of it can use it. */
  give(root: FileHash, index: number, body: Uint8Array): void {
    for (const download of this.#running.values()) download.give(root, index, body);
  }

  async stopAll(): Promise<void> {
    this.#isGoingOn = true;
    await Promise.all([...this.#running.values()].map((download) => download.stop()));
  }

  /** False if trying the others now is pointless. */
  async #goOnWith(saved: SavedDownload): Promise<boolean> {
    try {
      const located = this.#withoutSelf(
        await this.options.bus.call('locate', { hash: saved.hash, ofGroup: saved.ofGroup }),
      );
      const folder = await this.options.folders.known(saved.folder);
      const claim = await provenClaim(located, this.options.tools);
      if (!this.#running.has(saved.hash)) this.#begin(questionOf(saved), claim, folder);
      return true;
    } catch (cause) {
      // Nobody has it now, or its folder is away: tried again when peers appear, and periodically.
      return cause instanceof Failure && ['E_NOT_FOUND', 'E_BAD_PATH'].includes(cause.code);
    }
  }

  #begin(question: StartQuestion, located: LocateAnswer, folder: string): DownloadView {
    if (this.#running.size >= RUNNING_MAX) {
      const sentence = `${this.#running.size} downloads are already running: wait for one to end.`;
      throw new Failure('E_LIMIT', sentence);
    }
    const spec = this.#specOf(question, located, folder);
    const download = new Download(spec, {
      ...this.options.tools,
      isReserved: (path, root) => this.#isReserved(path, root),
    });
    this.#ended.delete(spec.root);
    this.#running.set(spec.root, download);
    void download.ended.then(() => this.#note(download));
    return download.progress.current;
  }

  #specOf(question: StartQuestion, located: LocateAnswer, folder: string): DownloadSpec {
    const { hash, kind, size, holders } = located;
    const { overwrite, rename = false, confirmed = false, only, bytesPerSecondMax } = question;
    const { reseed = true } = question;
    const saved = this.#savedOf(hash);
    const asked = question.as === undefined ? undefined : chosenName(question.as);
    const name = asked ?? saved?.name ?? foreignName(located.name);
    if (saved && (saved.folder !== folder || saved.name !== name)) throw elsewhere(saved);
    const choices = { only: only ?? saved?.only ?? null, confirmed };
    return {
      ...{ root: hash, kind, name, bytes: size, folder, overwrite, rename, holders, ...choices },
      bytesPerSecondMax: bytesPerSecondMax ?? saved?.bytesPerSecondMax ?? null,
      bytesBefore: Math.min(saved?.bytesDone ?? 0, size),
      ofGroup: saved?.ofGroup === true || holders.some(({ group }) => group !== undefined),
      reseed: reseed && (saved?.reseed ?? true),
      adopts: this.#adoptable(hash, folder, name),
    };
  }

  /** The place and the pattern of an attempt that was refused before its first byte do not bind the next one. */
  #forgetRefused(hash: string): void {
    const saved = this.#savedOf(hash);
    if (saved && !this.#running.has(hash) && wasRefused(saved)) this.#remove(saved);
  }

  /** An unfinished directory of other content that would have had the same name. */
  #adoptable(hash: FileHash, folder: string, name: string): FileHash | undefined {
    const old = this.#saved().find(
      (one) => one.hash !== hash && one.folder === folder && one.name === name,
    );
    if (old?.kind !== 'directory' || old.paused || this.#running.has(old.hash)) return undefined;
    return old.hash;
  }

  /** Once ended, only its last view is kept. */
  #note({ progress }: Download): void {
    const { id } = progress.current;
    this.#running.delete(id);
    setRecent(this.#ended, [id, progress.current], DOWNLOADS_MAX);
  }

  #isReserved(path: string, root: FileHash): boolean {
    return [...this.#running.values()].some(
      ({ progress: { current } }) => current.path === path && current.hash !== root,
    );
  }

  async #folderFor({ to }: StartQuestion, hash: string): Promise<string> {
    if (to !== undefined) return this.options.folders.named(to);
    const running = this.#running.get(hash);
    return running?.folder ?? this.options.folders.known(this.#savedOf(hash)?.folder);
  }

  #saved(): SavedDownload[] {
    return soundOf(this.options.tools.journal.downloads());
  }

  #savedOf(hash: string): SavedDownload | undefined {
    return this.#saved().find((one) => one.hash === hash);
  }

  #unknown(id: string): Failure {
    return new Failure('E_NOT_FOUND', `There is no download ${id}: "iwanto downloads" lists all.`);
  }

  async #locate(hash: string, saved: SavedDownload | undefined): Promise<LocateAnswer> {
    try {
      const ofGroup = saved?.ofGroup === true;
      const located = await this.options.bus.call('locate', { hash, ofGroup });
      if (hash.length === HASH_CHARACTERS && located.hash !== hash) {
        const sentence = `The leader answered ${located.hash} when asked for ${hash}.`;
        throw new Failure('E_VERIFY', sentence);
      }
      return this.#withoutSelf(located);
    } catch (cause) {
      if (!saved || !(cause instanceof Failure) || !WAIT_FOR.has(cause.code)) throw cause;
      return { ...saved, size: saved.bytes, holders: [] };
    }
  }

  #withoutSelf(located: LocateAnswer): LocateAnswer {
    const holders = located.holders.filter(({ peer }) => peer !== this.options.self);
    if (holders.length === 0 && located.holders.length > 0) {
      const where = 'it is in a folder that is shared here';
      throw new Failure('E_EXISTS', `Only this host has ${located.name}: ${where}.`);
    }
    return { ...located, holders };
  }

  #remove(saved: SavedDownload): void {
    this.options.tools.journal.forget(saved.hash);
    this.#ended.delete(saved.hash);
    try {
      const target = new Target({ ...saved, root: saved.hash });
      target.discard();
      target.close();
    } catch (cause) {
      this.options.tools.onTrouble(
        `What is left of ${saved.name} in ${saved.folder} could not be removed: ${reasonOf(cause)}.`,
      );
    }
  }
}
