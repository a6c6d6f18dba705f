/** Which folders are marked, or below a marked one: names in them may have the rest of a query. */
import type { WorkTurns } from '@iwanto/wire';
import { Notes, scratchOf, stretches } from './cells.js';
import type { NameIndex } from './name-index.js';

const BELOW = { yes: 1, no: 2 } as const;
/** Cells of folders that are cleared, or looked at in their order, in the time of one step. */
export const CELLS_PER_STEP = 16;
/** To climb from the folder of one entry costs as much as to look at so many folders in their order. */
const FOLDERS_PER_CLIMB = 32;

/** Its column is used again by the next query, after `clear`. */
export class BelowMarks {
  /** By folder. */
  #below = new Uint8Array(0);
  readonly #looked = new Notes();
  /** Whether all folders were looked at in their order. */
  #isSwept = false;

  makeRoom(index: NameIndex): void {
    this.#below = scratchOf(this.#below, index.lastFolder + 1);
  }

  *clear(): WorkTurns<void> {
    yield Math.ceil(this.#looked.count / CELLS_PER_STEP);
    if (this.#isSwept) this.#below.fill(0);
    this.#isSwept = false;
    this.#looked.clear(this.#below);
  }

  mark(folder: number): void {
    this.#note(folder, BELOW.yes);
  }

  /** Prepares for so many questions. For many, it decides about all folders in their order, each after the one above it. */
  *prepare(index: NameIndex, questions: number): WorkTurns<void> {
    // Folders that are marked later are below marked ones, so once is enough.
    if (this.#isSwept || questions * FOLDERS_PER_CLIMB <= index.lastFolder) return;
    this.#isSwept = true;
    const below = this.#below;
    for (const { from, to } of stretches(index.lastFolder + 1)) {
      for (let folder = from; folder < to; folder += 1) {
        if (below[folder] === BELOW.yes) continue;
        const isBelow = below[index.folderAbove(folder)] === BELOW.yes;
        below[folder] = isBelow ? BELOW.yes : BELOW.no;
      }
      yield Math.ceil((to - from) / CELLS_PER_STEP);
    }
  }

  /** Climbs to the first folder that is known, which decides for all on the way. */
  isBelow(index: NameIndex, folder: number): boolean {
    const below = this.#below;
    let known = folder;
    while (known !== 0 && below[known] === 0) known = index.folderAbove(known);
    const is = known === 0 ? BELOW.no : (below[known] ?? BELOW.no);
    for (let at = folder; at !== known; at = index.folderAbove(at)) this.#note(at, is);
    return is === BELOW.yes;
  }

  #note(folder: number, is: number): void {
    if (this.#below[folder] === 0) this.#looked.add(folder);
    this.#below[folder] = is;
  }
}
