/** Stage 2, look: what hints named, or a whole folder, against the catalogue; one look at a time. */
import { readMounts } from '../disk/mounts.js';
import type { FolderOnDisk } from '../disk/folder-on-disk.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { DirtyDirectories } from './hints.js';
import type { IndexLog } from './index-log.js';
import { WorkLine } from './work-line.js';

export interface LooksOptions {
  readonly catalogue: Catalogue;
  readonly log: IndexLog;
  /** The shared folder that a path on disk is in. */
  readonly folderOf: (path: string) => FolderOnDisk | undefined;
  /** Called after each look. */
  readonly onLooked: () => void;
  readonly onTrouble: (cause: unknown) => void;
}

export class Looks {
  readonly #line: WorkLine;

  constructor(private readonly options: LooksOptions) {
    this.#line = new WorkLine(options.onTrouble);
  }

  get isBusy(): boolean {
    return this.#line.isBusy;
  }

  /** Looks at the named directories. */
  add(dirty: DirtyDirectories): void {
    const look = async () => {
      for (const [directory, names] of dirty) {
        await this.options.folderOf(directory)?.look(directory, names);
      }
    };
    void this.#line.add(look).then(this.options.onLooked);
  }

  /** Looks at a whole folder; with `full`, hashes everything again. Resolves when it was looked at. */
  addFolder(folder: FolderOnDisk, full: boolean): Promise<void> {
    const scan = () => this.#scan(folder, full);
    return this.#line.add(scan, `${folder.folder.id} ${full}`).then(this.options.onLooked);
  }

  /** Resolves when no look is left. */
  async close(): Promise<void> {
    await this.#line.add(async () => undefined);
  }

  async #scan(folder: FolderOnDisk, full: boolean): Promise<void> {
    const { catalogue, log } = this.options;
    const startedMs = performance.now();
    const before = catalogue.revision;
    await folder.reconcile(full, readMounts());
    log.scanned({
      path: folder.folder.diskPath,
      ...catalogue.totals(folder.folder.id),
      ...folder.counts,
      isNews: catalogue.revision !== before,
      tookMs: performance.now() - startedMs,
    });
  }
}
