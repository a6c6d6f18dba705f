/** How well a name, with the folders above it, fits by its words alone: whether it is shown, and how promising it is. */
import { type Asked, BitSums, EXCLUDED_BIT } from './asked.js';
import { LEVEL_COUNT } from './marks.js';
import type { NameIndex } from './name-index.js';
import type { PathTree } from './paths.js';

/** What is below this part of the claims does not fit; one foreign word among four is forgiven. */
export const FIT_MIN = 0.74;
/** How much a word counts in this place beside one in the name itself. */
const PARTS = { folder: 0.8, doubtful: 0.55, doubtfulFolder: 0.35 } as const;
/** How much of a word's claim a spelling proves. */
const PROVES = { likely: 0.8, doubtful: 0.4 } as const;
const COVER = 0.2;

export interface Scope {
  readonly index: NameIndex;
  readonly tree: PathTree;
  readonly isName: (node: number) => boolean;
}

/** What one name is worth, with the folders above it. */
export class Judge {
  readonly #weights: BitSums;
  readonly #claims: BitSums;
  #folder = 0;
  /** The marks of the folder, and of all above it, by level. */
  readonly #above = new Uint32Array(LEVEL_COUNT);
  /** Of the name judged last: the part of the query it has, and whether that is enough. */
  fit = 0;
  sure = 0;
  isFitting = false;

  constructor(
    private readonly scope: Scope,
    private readonly asked: Asked,
    private readonly marks: Uint32Array,
  ) {
    this.#weights = new BitSums(asked.weights);
    this.#claims = new BitSums(asked.claims);
  }

  judge(entry: number): number {
    const first = entry * LEVEL_COUNT;
    const own = this.marks[first] ?? 0;
    const likely = this.marks[first + 1] ?? 0;
    const unsure = this.marks[first + 2] ?? 0;
    const faint = this.marks[first + 3] ?? 0;
    this.#readFolders(this.scope.index.folderOf(entry));
    const [sureAbove = 0, likelyAbove = 0, unsureAbove = 0, faintAbove = 0] = this.#above;
    const above = sureAbove & ~own;
    const all = own | above;
    if ((all & EXCLUDED_BIT) !== 0) return 0;
    this.#fit(all, likely | likelyAbove, unsure | unsureAbove);
    const doubtful = (likely | unsure | faint) & ~all;
    const doubtfulAbove = (likelyAbove | unsureAbove | faintAbove) & ~all & ~doubtful;
    const weights = this.#weights;
    const worth =
      weights.of(own) +
      PARTS.doubtful * weights.of(doubtful) +
      PARTS.folder * weights.of(above) +
      PARTS.doubtfulFolder * weights.of(doubtfulAbove);
    const length = Math.max(1, this.scope.index.lengthOf(entry) / 2);
    const cover = Math.min(1, this.#claims.of(own | doubtful) / length);
    return ((1 - COVER) * worth) / Math.max(0.01, weights.all) + COVER * cover;
  }

  #fit(all: number, likely: number, doubtful: number): void {
    const claims = this.#claims;
    const { proving, required, wholes } = this.asked;
    const there = all | likely | doubtful;
    const proved = wholes.reduce(
      (bits, whole) => ((there & whole) === whole ? bits : bits & ~whole),
      there,
    );
    const sure = claims.of(all & proved);
    // Two words of one name, both cut short or with one slip, are hardly chance.
    const isProved =
      claims.of(all & proved & proving) >= 1 || claims.of((all | likely) & proved & proving) >= 2;
    const more =
      PROVES.likely * claims.of(likely & proved & ~all) +
      PROVES.doubtful * claims.of(doubtful & proved & ~likely & ~all);
    const sum = isProved ? sure + more : sure;
    this.sure = all;
    this.fit = claims.of(all) / Math.max(0.01, claims.all);
    const isThere = (there & required) === required;
    this.isFitting = isThere && sum / Math.max(0.01, claims.all) >= FIT_MIN;
  }

  #readFolders(folder: number): void {
    if (folder === this.#folder) return;
    this.#folder = folder;
    const { index, tree } = this.scope;
    const above = this.#above.fill(0);
    for (let at = folder; at !== 0; at = tree.parentOf(at)) {
      const first = index.entryOf(at) * LEVEL_COUNT;
      for (let level = 0; level < LEVEL_COUNT; level += 1)
        above[level] = (above[level] ?? 0) | (this.marks[first + level] ?? 0);
    }
  }
}
