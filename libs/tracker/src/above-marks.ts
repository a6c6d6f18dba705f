/** Which parts of a query the folders above a name have: determined once per folder, and few folders differ. */
import { Notes, scratchOf } from './cells.js';
import type { NameIndex } from './name-index.js';
import { LEVEL_COUNT, type Marks } from './marks.js';

/** Sets of marks that are told apart; a query with more of them is still answered, only more slowly. */
const SETS_MAX = 65_535;
/** The set without any mark. */
export const NO_MARKS = 1;

/** Its columns are used again by the next query, after `clear`. */
export class AboveMarks {
  /** By folder: the number of the set of marks that it has together with all above it; 0 if not determined yet. */
  #setOf = new Uint16Array(0);
  /** The marks of each set, by level. */
  #sets = new Uint32Array(LEVEL_COUNT * 64);
  #count = NO_MARKS;
  readonly #looked = new Notes();

  /** The marks, by level, of set `of(folder)`: they begin at its number times the levels. */
  get sets(): Uint32Array {
    return this.#sets;
  }

  begin(index: NameIndex): void {
    this.#setOf = scratchOf(this.#setOf, index.lastFolder + 1);
  }

  clear(): void {
    this.#looked.clear(this.#setOf);
    this.#count = NO_MARKS;
  }

  /** The set of a folder and all above it. */
  of(index: NameIndex, marks: Marks, folder: number): number {
    if (folder === 0) return NO_MARKS;
    const known = this.#setOf[folder] ?? 0;
    if (known !== 0) return known;
    const above = this.of(index, marks, index.folderAbove(folder));
    const entry = index.entryOfFolder(folder);
    const set = marks.has(entry) ? this.#joined(above, marks.levels, entry * LEVEL_COUNT) : above;
    this.#setOf[folder] = set;
    this.#looked.add(folder);
    return set;
  }

  #joined(above: number, levels: Uint32Array, first: number): number {
    let isMore = false;
    for (let level = 0; level < LEVEL_COUNT; level += 1) {
      const known = this.#sets[above * LEVEL_COUNT + level] ?? 0;
      if (((levels[first + level] ?? 0) & ~known) !== 0) isMore = true;
    }
    if (!isMore) return above;
    // Beyond the last number the marks of a folder are left out: a query of thirty words makes thousands at most.
    if (this.#count >= SETS_MAX) return above;
    this.#count += 1;
    const set = this.#count;
    this.#grow(set);
    for (let level = 0; level < LEVEL_COUNT; level += 1) {
      const known = this.#sets[above * LEVEL_COUNT + level] ?? 0;
      this.#sets[set * LEVEL_COUNT + level] = known | (levels[first + level] ?? 0);
    }
    return set;
  }

  #grow(set: number): void {
    const cells = (set + 1) * LEVEL_COUNT;
    if (cells <= this.#sets.length) return;
    const larger = new Uint32Array(cells * 2);
    larger.set(this.#sets);
    this.#sets = larger;
  }
}
