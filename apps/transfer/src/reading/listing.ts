/** The files of a directory, from its manifests: each fetched and checked before a name in it is read. */
import { manifestAttempt, manifestBudget } from '../downloading/layers.js';
import { planTree } from '../downloading/plan.js';
import type { PlannedFile } from '../disk/planned.js';
import { type Readable, type ReadingTools, Supply } from './supply.js';

export class Listing {
  readonly files: Promise<readonly PlannedFile[]>;
  usedMs: number;
  readonly #supply: Supply;

  /** Begins immediately. */
  constructor(of: Readable, tools: ReadingTools) {
    this.usedMs = tools.nowMs();
    this.#supply = new Supply({
      ...tools,
      of,
      onSource: () => undefined,
      onLost: () => undefined,
      onFailed: () => undefined,
    });
    const spend = manifestBudget();
    this.files = planTree({
      root: of.root,
      manners: { foldsCase: false, portableNamesOnly: false, keepsLinks: true },
      manifestOf: (root) => this.#supply.layer(manifestAttempt(tools.blake3, { root, spend })),
    }).then(({ files }) => files);
    this.files.then(
      () => this.close(),
      () => this.close(),
    );
  }

  close(): void {
    this.#supply.close();
  }
}
