/** Which names have which words of a query: marks that are set list by list, and cleared after the query. */
import { TURN_STEPS_MAX, type WorkTurns } from '@iwanto/wire';
import { BelowMarks, CELLS_PER_STEP } from './below-marks.js';
import { EXCLUDED_BIT, type Spelling, type Trust } from './asked.js';
import { Notes, scratchOf, stretches } from './cells.js';
import type { NameIndex } from './name-index.js';

/** The marks of one name are adjacent: bits of the query by how far each spelling can be trusted. */
const LEVELS: Readonly<Record<Trust, number>> = { sure: 0, likely: 1, doubtful: 2, faint: 3 };
export const LEVEL_COUNT = 4;
/** A name that may be a result; a folder above one, without marks of its own and with them. */
const TOUCHED = { marked: 1, above: 2, markedAbove: 3 } as const;

/** Its columns are used again by the next query, after `clear`. */
export class Marks {
  /** By entry and level. */
  levels: Uint32Array = new Uint32Array(0);
  /** The entries that may be results, `count` of them. */
  touched: Uint32Array = new Uint32Array(0);
  count = 0;
  /** The folders of the first `#folderCount` of these, side by side: each is looked at several times. */
  #folders: Uint32Array = new Uint32Array(0);
  #folderCount = 0;
  /** Folders above these. */
  readonly #above = new Notes();
  /** Whether any folder above a name has marks: if none has, there is no need to look. */
  isAbove = false;
  /** Whether a folder has marks of an opened word: names below it may have the others. */
  #isFolderOpen = false;
  #isTouched = new Uint8Array(0);
  readonly #read = new Uint32Array(TURN_STEPS_MAX);
  readonly #below = new BelowMarks();
  /** How many of the touched entries were examined for that. */
  #noted = 0;
  /** By folder: whether all above are prepared. */
  #reached = new Uint8Array(0);
  readonly #climbed = new Notes();

  makeRoom(index: NameIndex): void {
    this.levels = scratchOf(this.levels, (index.last + 1) * LEVEL_COUNT);
    this.#isTouched = scratchOf(this.#isTouched, index.last + 1);
    this.#below.makeRoom(index);
    this.#reached = scratchOf(this.#reached, index.lastFolder + 1);
  }

  *clear(): WorkTurns<void> {
    yield* this.#clearAll(this.touched, this.count);
    yield* this.#clearAll(this.#above.numbers, this.#above.count);
    yield* this.#below.clear();
    yield Math.ceil(this.#climbed.count / CELLS_PER_STEP);
    this.#climbed.clear(this.#reached);
    this.#above.count = 0;
    this.count = 0;
    this.#folderCount = 0;
    this.isAbove = false;
    this.#isFolderOpen = false;
    this.#noted = 0;
  }

  *#clearAll(entries: Uint32Array, count: number): WorkTurns<void> {
    for (const { from, to } of stretches(count)) {
      for (let at = from; at < to; at += 1) this.#clear(entries[at] ?? 0);
      yield to - from;
    }
  }

  /** Marks every name that has the word, up to `limit` of them; false if it had more. */
  *open(
    index: NameIndex,
    term: number,
    { bits, trust }: Pick<Spelling, 'bits' | 'trust'>,
    limit = Infinity,
  ): WorkTurns<boolean> {
    const all = index.countOf(term);
    const count = Math.min(all, limit);
    this.touched = grown(this.touched, this.count, count);
    const entries = index.entriesOf(term);
    for (let left = count; left > 0;) {
      const read = entries.read(this.#read, Math.min(left, TURN_STEPS_MAX));
      this.#openRead(index, read, { bits, level: LEVELS[trust] });
      left -= read;
      yield read;
    }
    return count === all;
  }

  #openRead(index: NameIndex, count: number, by: { bits: number; level: number }): void {
    const { levels, touched } = this;
    const [read, isTouched] = [this.#read, this.#isTouched];
    const { bits, level } = by;
    let touchedCount = this.count;
    for (let at = 0; at < count; at += 1) {
      const entry = read[at] ?? 0;
      if (isTouched[entry] === 0) {
        isTouched[entry] = TOUCHED.marked;
        touched[touchedCount++] = entry;
        this.#isFolderOpen ||= index.isFolder(entry);
      }
      const place = entry * LEVEL_COUNT + level;
      levels[place] = (levels[place] ?? 0) | bits;
    }
    this.count = touchedCount;
  }

  /** False if the query has left no mark on the entry: its levels need not be read, which are far apart in memory. */
  has(entry: number): boolean {
    const state = this.#isTouched[entry] ?? 0;
    return state !== 0 && state !== TOUCHED.above;
  }

  /** Keeps the worthwhile names; the others are as if they had never been marked. */
  *keep(isWorth: (at: number) => boolean): WorkTurns<void> {
    const { touched, count } = this;
    let kept = 0;
    for (const { from, to } of stretches(count)) {
      for (let at = from; at < to; at += 1) {
        const entry = touched[at] ?? 0;
        if (isWorth(at)) touched[kept++] = entry;
        else this.#clear(entry);
      }
      yield to - from;
    }
    this.count = kept;
  }

  #clear(entry: number): void {
    const first = entry * LEVEL_COUNT;
    for (let level = 0; level < LEVEL_COUNT; level += 1) this.levels[first + level] = 0;
    this.#isTouched[entry] = 0;
  }

  /** Prepares the folders above all marked names: what else they have counts for those. */
  *reachUp(index: NameIndex): WorkTurns<void> {
    let steps = 0;
    const folders = grown(this.#folders, 0, this.count);
    this.#folders = folders;
    this.#folderCount = this.count;
    for (let at = 0; at < this.count; at += 1) {
      const folder = index.folderOf(this.touched[at] ?? 0);
      folders[at] = folder;
      steps += 1 + this.#reachUpFrom(folder, index);
      if (steps < TURN_STEPS_MAX) continue;
      yield steps;
      steps = 0;
    }
  }

  /** The folder of the name at this place among the touched ones. */
  folderAt(index: NameIndex, at: number): number {
    const isKnown = at < this.#folderCount;
    return isKnown ? (this.#folders[at] ?? 0) : index.folderOf(this.touched[at] ?? 0);
  }

  /** Gives how many folders it prepared. */
  #reachUpFrom(first: number, index: NameIndex): number {
    const [reached, isTouched] = [this.#reached, this.#isTouched];
    let climbed = 0;
    for (let at = first; at !== 0 && reached[at] === 0; at = index.folderAbove(at)) {
      reached[at] = 1;
      climbed += 1;
      this.#climbed.add(at);
      const entry = index.entryOfFolder(at);
      if (isTouched[entry] !== 0) {
        this.isAbove = true;
        continue;
      }
      isTouched[entry] = TOUCHED.above;
      this.#above.add(entry);
    }
    return climbed;
  }

  /** Marks the names that have the word and marks already, and the folders above those. */
  *narrow(index: NameIndex, term: number, by: Spelling): WorkTurns<void> {
    const entries = index.entriesOf(term);
    for (;;) {
      const read = entries.read(this.#read, TURN_STEPS_MAX);
      if (read === 0) return;
      this.#narrowRead(read, by);
      yield read;
    }
  }

  #narrowRead(count: number, { bits, trust }: Spelling): void {
    const [read, isTouched, levels] = [this.#read, this.#isTouched, this.levels];
    const level = LEVELS[trust];
    for (let at = 0; at < count; at += 1) {
      const entry = read[at] ?? 0;
      const state = isTouched[entry];
      if (state === 0) continue;
      if (state === TOUCHED.above) {
        isTouched[entry] = TOUCHED.markedAbove;
        this.isAbove = true;
      }
      const place = entry * LEVEL_COUNT + level;
      levels[place] = (levels[place] ?? 0) | bits;
    }
  }

  /** The same, and marks the names below a folder that has marks. */
  *deepen(index: NameIndex, term: number, by: Spelling): WorkTurns<void> {
    if (!this.#isFolderOpen) return yield* this.narrow(index, term, by);
    const count = index.countOf(term);
    yield* this.#noteFolders(index);
    yield* this.#below.prepare(index, count);
    this.touched = grown(this.touched, this.count, count);
    this.#folders = grown(this.#folders, this.count, count);
    const entries = index.entriesOf(term);
    for (;;) {
      const read = entries.read(this.#read, TURN_STEPS_MAX);
      if (read === 0) return;
      this.#openBelow(index, read);
      this.#narrowRead(read, by);
      yield read;
    }
  }

  /** A folder that has an excluded word excludes all below it, so it is marked even if nothing else is there. */
  *exclude(index: NameIndex, term: number): WorkTurns<void> {
    yield* this.open(index, term, { bits: EXCLUDED_BIT, trust: 'sure' });
    this.isAbove = true;
  }

  /** Marks those of the entries read last that are below a folder with marks. */
  #openBelow(index: NameIndex, count: number): void {
    const { touched } = this;
    const [read, isTouched] = [this.#read, this.#isTouched];
    const [below, folders] = [this.#below, this.#folders];
    let touchedCount = this.count;
    for (let at = 0; at < count; at += 1) {
      const entry = read[at] ?? 0;
      if (isTouched[entry] === TOUCHED.marked) continue;
      const folder = index.folderOf(entry);
      if (!below.isBelow(index, folder)) continue;
      isTouched[entry] = TOUCHED.marked;
      folders[touchedCount] = folder;
      touched[touchedCount++] = entry;
      this.isAbove = true;
    }
    this.count = touchedCount;
    this.#folderCount = touchedCount;
  }

  /** Records the folders among the marked names: everything in them is below a folder with marks. */
  *#noteFolders(index: NameIndex): WorkTurns<void> {
    for (const { from, to } of stretches(this.count - this.#noted)) {
      for (let left = to - from; left > 0; left -= 1) {
        const entry = this.touched[this.#noted++] ?? 0;
        if (index.isFolder(entry)) this.#below.mark(index.folderNumber(entry));
      }
      yield to - from;
    }
  }
}

/** The same cells, or a copy with room for `more` after the first `count`. */
function grown(cells: Uint32Array, count: number, more: number): Uint32Array {
  if (count + more <= cells.length) return cells;
  const larger = scratchOf(cells, Math.ceil((count + more) * 1.5));
  larger.set(cells.subarray(0, count));
  return larger;
}
