/** All downloads of this host: begun, running, ended in this run, and those an earlier run left. */
import { type Bus, DOWNLOADS_MAX, type Download as DownloadView } from '@iwanto/bus';
import type { SavedDownload } from '@iwanto/store';
import {
  Failure,
  type FileHash,
  type LocateAnswer,
  type PeerId,
  failureSchema,
} from '@iwanto/wire';
import { Download, type DownloadSpec, type DownloadTools } from './download.js';
import { Target } from '../disk/target.js';

/** Downloads that may run at once; each holds files and lines open. */
const RUNNING_MAX = 64;
const HASH_CHARACTERS = 64;
/** Refusals of `locate` that a download begun earlier can wait out. */
const WAIT_FOR = new Set([
  'E_NOT_FOUND',
  'E_NO_LEADER',
  'E_NOT_RUNNING',
  'E_TIMEOUT',
  'E_NOT_LEADER',
]);

export interface StartQuestion {
  /** A whole hash or a prefix of one. */
  readonly hash: string;
  readonly to?: string | undefined;
  readonly overwrite: boolean;
}

export interface DownloadsOptions {
  readonly tools: DownloadTools;
  readonly bus: Pick<Bus, 'call'>;
  readonly self: PeerId;
  /** The real path of a folder that may be written to; the download folder when none is named. */
  readonly folderFor: (path: string | undefined) => Promise<string>;
}

export class Downloads {
  readonly #known = new Map<string, Download>();

  constructor(private readonly options: DownloadsOptions) {}

  /** Begins a download, goes on with an earlier one, or gives the one that runs. */
  async start(question: StartQuestion): Promise<DownloadView> {
    const running = this.#running(question.hash);
    if (running) return running.progress.current;
    const saved = this.#saved().find(({ hash }) => hash === question.hash);
    const located = await this.#locate(question.hash, saved);
    const folder = await this.options.folderFor(question.to ?? this.#savedFolder(located.hash));
    // Asked twice at once is one download: the second finds the first one here.
    const raced = this.#running(located.hash);
    if (raced) return raced.progress.current;
    this.#refuseTooMany();
    const spec = specOf(located, folder, question.overwrite);
    this.#dropLeftover(spec);
    const download = new Download(spec, this.options.tools);
    this.#known.delete(spec.root);
    this.#known.set(spec.root, download);
    this.#forgetOldest();
    return download.progress.current;
  }

  get(id: string): DownloadView {
    const view = this.list().find((one) => one.id === id);
    if (view) return view;
    throw new Failure('E_NOT_FOUND', `There is no download ${id}: "iwanto downloads" lists all.`);
  }

  /** Those of this run, then those an earlier run left. */
  list(): DownloadView[] {
    const known = [...this.#known.values()].map(({ progress }) => progress.current);
    const left = this.#saved().filter(({ hash }) => !this.#known.has(hash));
    return [...known, ...left.map(viewOfSaved)].slice(0, DOWNLOADS_MAX);
  }

  /** Stops a download; with `forget`, what it brought is removed as well. */
  async cancel(id: string, forget: boolean): Promise<DownloadView> {
    const download = this.#known.get(id);
    if (download?.isActive) await download.cancel();
    const view = this.get(id);
    const saved = this.#saved().find(({ hash }) => hash === id);
    if (forget && saved) this.#remove(saved);
    return view;
  }

  /** Forgets what ended, and gives it; what can be resumed stays. */
  clear(): DownloadView[] {
    const resumable = new Set(this.#saved().map(({ hash }) => hash));
    const ended = [...this.#known].filter(
      ([id, download]) => !download.isActive && !resumable.has(id as FileHash),
    );
    for (const [id] of ended) this.#known.delete(id);
    return ended.map(([, { progress }]) => progress.current);
  }

  /** Sources may have come back. */
  poke(): void {
    for (const download of this.#known.values()) if (download.isActive) download.poke();
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#known.values()].map((download) => download.stop()));
  }

  #running(hash: string): Download | undefined {
    const download = this.#known.get(hash);
    return download?.isActive ? download : undefined;
  }

  #saved(): SavedDownload[] {
    return this.options.tools.journal.downloads();
  }

  #savedFolder(root: FileHash): string | undefined {
    return this.#saved().find(({ hash }) => hash === root)?.folder;
  }

  async #locate(hash: string, saved: SavedDownload | undefined): Promise<LocateAnswer> {
    try {
      const located = await this.options.bus.call('locate', { hash });
      if (hash.length === HASH_CHARACTERS && located.hash !== hash) {
        throw new Failure(
          'E_VERIFY',
          `The leader answered ${located.hash} when asked for ${hash}.`,
        );
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
      throw new Failure(
        'E_EXISTS',
        `Only this host has ${located.name}: it lies in a folder that is shared here.`,
      );
    }
    return { ...located, holders };
  }

  #refuseTooMany(): void {
    const running = [...this.#known.values()].filter(({ isActive }) => isActive).length;
    if (running < RUNNING_MAX) return;
    throw new Failure('E_LIMIT', `${running} downloads run already: wait for one to end.`);
  }

  /** An earlier try into another folder is given up: one content is fetched to one place at a time. */
  #dropLeftover({ root, folder }: DownloadSpec): void {
    const saved = this.#saved().find(({ hash }) => hash === root);
    if (saved && saved.folder !== folder) this.#remove(saved);
  }

  #remove(saved: SavedDownload): void {
    this.options.tools.journal.forget(saved.hash);
    try {
      const target = new Target({ ...saved, root: saved.hash });
      target.discard();
      target.close();
    } catch (cause) {
      this.options.tools.onTrouble(
        `What is left of ${saved.name} in ${saved.folder} could not be removed: ${String(cause)}.`,
      );
    }
  }

  #forgetOldest(): void {
    for (const [id, download] of this.#known) {
      if (this.#known.size <= DOWNLOADS_MAX) return;
      if (!download.isActive) this.#known.delete(id);
    }
  }
}

function specOf(located: LocateAnswer, folder: string, overwrite: boolean): DownloadSpec {
  const { hash, kind, name, size, holders } = located;
  return { root: hash, kind, name, bytes: size, folder, overwrite, holders };
}

function viewOfSaved(saved: SavedDownload): DownloadView {
  const { hash, kind, name, bytes, bytesDone, files, folder, failure } = saved;
  return {
    ...{ id: hash, hash, kind, name, bytes, bytesDone, files, path: `${folder}/${name}` },
    ...{ revision: 0, filesDone: 0, bytesPerSecond: 0, seconds: 0, sources: 0 },
    state: 'failed',
    failure:
      failure === null
        ? { code: 'E_INTERRUPTED', sentence: `${name} is not whole: start the download again.` }
        : failureSchema.parse(JSON.parse(failure)),
  };
}
