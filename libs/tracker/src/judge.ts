/** How well a name, with the folders above it, matches by its words alone: whether it is shown, and how promising it is. */
import { type Asked, BitSums, EXCLUDED_BIT } from './asked.js';
import { type AboveMarks, NO_MARKS } from './above-marks.js';
import { LEVEL_COUNT, type Marks } from './marks.js';
import type { NameIndex } from './name-index.js';

/** Below this share of the claims a name does not fit; one foreign word among four is forgiven. */
export const FIT_MIN = 0.74;
/** How much a word counts in this place compared with one in the name itself. */
const PARTS = { folder: 0.8, doubtful: 0.55, doubtfulFolder: 0.35 } as const;
/** How much of a word's claim a spelling proves. */
const PROVES = { likely: 0.8, doubtful: 0.4 } as const;
const COVER = 0.2;

/** The value of a name's words, regardless of its length. */
interface Verdict {
  readonly own: number;
  readonly likely: number;
  readonly unsure: number;
  readonly faint: number;
  readonly above: number;
  readonly worth: number;
  /** Claims of what the name itself has. */
  readonly claimed: number;
  readonly fit: number;
  readonly sure: number;
  readonly isFitting: boolean;
}

/** Cached verdicts: very many names have one of few sets of marks. A power of two. */
const KEPT = 256;

const noVerdicts = () => new Array<undefined>(KEPT).fill(undefined);

export interface Marked {
  readonly marks: Marks;
  readonly above: AboveMarks;
}

/** The value of one name, with the folders above it. */
export class Judge {
  #weights: BitSums;
  #claims: BitSums;
  #verdicts: (Verdict | undefined)[] = noVerdicts();
  readonly #levels: Uint32Array;
  /** Of the name judged last: the part of the query it has, and whether that is enough. */
  fit = 0;
  sure = 0;
  isFitting = false;

  constructor(
    private readonly index: NameIndex,
    private readonly asked: Asked,
    private readonly marked: Marked,
  ) {
    this.#weights = new BitSums(asked.weights);
    this.#claims = new BitSums(asked.claims);
    this.#levels = marked.marks.levels;
    marked.above.begin(index);
  }

  /** Bits that are ignored for all names from now on. */
  leaveOut(bits: number): void {
    if (bits === 0) return;
    const rest = (all: readonly number[]) =>
      new BitSums(all.map((one, bit) => ((bits & (2 ** bit)) === 0 ? one : 0)));
    this.#weights = rest(this.asked.weights);
    this.#claims = rest(this.asked.claims);
    this.#verdicts = noVerdicts();
  }

  /** The value of the name at this place among the touched ones. */
  judge(at: number): number {
    const { marks, above } = this.marked;
    const entry = marks.touched[at] ?? 0;
    const folder = marks.isAbove ? marks.folderAt(this.index, at) : 0;
    const verdict = this.#verdictOf(entry, above.of(this.index, marks, folder));
    this.fit = verdict.fit;
    this.sure = verdict.sure;
    this.isFitting = verdict.isFitting;
    return this.#withCover(entry, verdict);
  }

  /** The value of a name without its folders. */
  judgeAlone(entry: number): number {
    return this.#withCover(entry, this.#verdictOf(entry, NO_MARKS));
  }

  #withCover(entry: number, verdict: Verdict): number {
    if (verdict.worth <= 0) return 0;
    const length = Math.max(1, this.index.lengthOf(entry) / 2);
    return verdict.worth + COVER * Math.min(1, verdict.claimed / length);
  }

  #verdictOf(entry: number, set: number): Verdict {
    const levels = this.#levels;
    const first = entry * LEVEL_COUNT;
    const own = levels[first] ?? 0;
    const likely = levels[first + 1] ?? 0;
    const unsure = levels[first + 2] ?? 0;
    const faint = levels[first + 3] ?? 0;
    const place = (own ^ (likely << 3) ^ (unsure << 5) ^ (faint << 7) ^ (set * 31)) & (KEPT - 1);
    const kept = this.#verdicts[place];
    const isSame =
      kept !== undefined &&
      kept.own === own &&
      kept.likely === likely &&
      kept.unsure === unsure &&
      kept.faint === faint &&
      kept.above === set;
    if (isSame) return kept;
    const verdict = this.#reach({ own, likely, unsure, faint, above: set });
    this.#verdicts[place] = verdict;
    return verdict;
  }

  #reach(of: Pick<Verdict, 'own' | 'likely' | 'unsure' | 'faint' | 'above'>): Verdict {
    const { own, likely, unsure, faint } = of;
    const { sets } = this.marked.above;
    const at = of.above * LEVEL_COUNT;
    const above = (sets[at] ?? 0) & ~own;
    const all = own | above;
    const likelyAbove = sets[at + 1] ?? 0;
    const unsureAbove = sets[at + 2] ?? 0;
    const faintAbove = sets[at + 3] ?? 0;
    const nothing = { ...of, worth: 0, claimed: 0, fit: 0, sure: 0, isFitting: false };
    if ((all & EXCLUDED_BIT) !== 0) return nothing;
    const doubtful = (likely | unsure | faint) & ~all;
    const doubtfulAbove = (likelyAbove | unsureAbove | faintAbove) & ~all & ~doubtful;
    const weights = this.#weights;
    const worth =
      weights.of(own) +
      PARTS.doubtful * weights.of(doubtful) +
      PARTS.folder * weights.of(above) +
      PARTS.doubtfulFolder * weights.of(doubtfulAbove);
    return {
      ...of,
      worth: ((1 - COVER) * worth) / Math.max(0.01, weights.all),
      claimed: this.#claims.of(own | doubtful),
      fit: this.#claims.of(all) / Math.max(0.01, this.#claims.all),
      sure: all,
      isFitting: this.#isFitting(all, likely | likelyAbove, unsure | unsureAbove),
    };
  }

  #isFitting(all: number, likely: number, doubtful: number): boolean {
    const claims = this.#claims;
    const { proving, required, wholes } = this.asked;
    const there = all | likely | doubtful;
    if ((there & required) !== required) return false;
    const proved = wholes.reduce(
      (bits, whole) => ((there & whole) === whole ? bits : bits & ~whole),
      there,
    );
    const sure = claims.of(all & proved);
    // Two words of one name, both cut short or with one typo, are hardly a coincidence.
    const isProved =
      claims.of(all & proved & proving) >= 1 || claims.of((all | likely) & proved & proving) >= 2;
    const more =
      PROVES.likely * claims.of(likely & proved & ~all) +
      PROVES.doubtful * claims.of(doubtful & proved & ~likely & ~all);
    const sum = isProved ? sure + more : sure;
    return sum / Math.max(0.01, claims.all) >= FIT_MIN;
  }
}
