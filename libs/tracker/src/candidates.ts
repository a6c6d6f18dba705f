/** The first stage of a search: which names, with the folders above them, have the words of the query. */
import { type Asked, BitSums, EXCLUDED_BIT, type Spelling } from './asked.js';
import { withRoom } from './cells.js';
import type { NameIndex } from './name-index.js';
import type { PathTree } from './paths.js';

/** Entries looked at for one query, so that no query takes long (HOSTILE 54, 55). */
export const VISITS_MAX = 1_200_000;
/** Names that one query may bring in: later words only tell those apart. */
const TOUCHED_MAX = 400_000;
/** What is below this part of the weights does not fit; one foreign word among four is forgiven. */
const FIT_MIN = 0.74;
/** How much a word counts in this place beside one in the name itself. */
const PARTS = { folder: 0.8, doubtful: 0.55, doubtfulFolder: 0.35 } as const;
const COVER = 0.2;
const BUCKETS = 1_024;

export interface Candidates {
  /** Nodes of names that fit, the most promising first. */
  readonly fitting: Uint32Array;
  /** Nodes of names that have something of the query, the most promising first. */
  readonly others: Uint32Array;
  /** True when a word of the query was too common to be looked up everywhere. */
  readonly isCut: boolean;
  /** The largest part of the query that a name was found to have, 0 to 1. */
  readonly best: number;
  /** Bits of the query that all the best names have: what else there is may be misspelt. */
  readonly settled: number;
}

interface Scope {
  readonly index: NameIndex;
  readonly tree: PathTree;
  readonly isName: (node: number) => boolean;
}

/** Marks names word by word and picks the best; its columns are used again by the next query, after `clear`. */
export class CandidateFinder {
  #visits = 0;
  #marked = 0;
  #isCut = false;
  #strong = new Uint32Array(0);
  #weak = new Uint32Array(0);
  #faint = new Uint32Array(0);
  #touched = new Uint32Array(1_024);
  #touchedCount = 0;
  #read = new Uint32Array(1_024);
  #buckets = new Uint16Array(0);

  /** Marks the spellings that are new since the last call, and picks. */
  find(scope: Scope, asked: Asked, othersMax: number): Candidates {
    this.#strong = withRoom(this.#strong, scope.index.last);
    this.#weak = withRoom(this.#weak, scope.index.last);
    this.#faint = withRoom(this.#faint, scope.index.last);
    const isFirst = this.#marked === 0;
    this.#mark(scope.index, asked);
    if (isFirst) this.#exclude(scope.index, asked.excluded);
    const judge = new Judge(scope, asked, {
      strong: this.#strong,
      weak: this.#weak,
      faint: this.#faint,
    });
    return { ...this.#sort(scope, judge, othersMax), isCut: this.#isCut };
  }

  /** Takes all marks away: to be called after each query. */
  clear(): void {
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const entry = this.#touched[at] ?? 0;
      this.#strong[entry] = 0;
      this.#weak[entry] = 0;
      this.#faint[entry] = 0;
    }
    [this.#touchedCount, this.#visits, this.#marked, this.#isCut] = [0, 0, 0, false];
  }

  #mark(index: NameIndex, asked: Asked): void {
    const { vocabulary } = index;
    const lists = asked.spellings
      .slice(this.#marked)
      .map((spelling) => ({ spelling, term: vocabulary.find(spelling.text) }))
      .filter(({ term }) => term !== 0)
      .map((list) => ({ ...list, count: index.countOf(list.term) }))
      .sort((a, b) => rareness(asked, a) - rareness(asked, b));
    this.#marked = asked.spellings.length;
    for (const { spelling, term, count } of lists) {
      this.#visits += count;
      const mayOpen = this.#touchedCount + count <= TOUCHED_MAX && opens(asked, spelling);
      this.#isCut ||= !mayOpen && opens(asked, spelling);
      if (this.#visits > VISITS_MAX && this.#touchedCount > 0) continue;
      this.#read = withRoom(this.#read, count);
      index.read(term, this.#read);
      this.#markList(count, spelling, mayOpen || this.#touchedCount === 0);
    }
  }

  #markList(count: number, { bits, trust }: Spelling, mayOpen: boolean): void {
    this.#touched = withRoom(this.#touched, this.#touchedCount + count);
    const [read, touched] = [this.#read, this.#touched];
    const [strong, weak, faint] = [this.#strong, this.#weak, this.#faint];
    const own = trust === 'sure' ? strong : trust === 'doubtful' ? weak : faint;
    let touchedCount = this.#touchedCount;
    for (let at = 0; at < count; at += 1) {
      const entry = read[at] ?? 0;
      if (strong[entry] === 0 && weak[entry] === 0 && faint[entry] === 0) {
        if (!mayOpen) continue;
        touched[touchedCount++] = entry;
      }
      own[entry] = (own[entry] ?? 0) | bits;
    }
    this.#touchedCount = touchedCount;
  }

  /** A folder that has an excluded word excludes all below it, so it is marked even where nothing else is there. */
  #exclude(index: NameIndex, words: readonly string[]): void {
    for (const word of words) {
      const term = index.vocabulary.find(word);
      const count = Math.min(VISITS_MAX, index.countOf(term));
      this.#read = withRoom(this.#read, index.countOf(term));
      index.read(term, this.#read);
      this.#markList(count, { text: word, bits: EXCLUDED_BIT, quality: 1, trust: 'sure' }, true);
    }
  }

  /** Names by their worth, in as many steps as there are buckets. */
  #sort(scope: Scope, judge: Judge, othersMax: number): Omit<Candidates, 'isCut'> {
    const counts = new Uint32Array(BUCKETS * 2);
    this.#buckets = withRoom(this.#buckets, this.#touchedCount);
    let best = 0;
    let settled = 0;
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const bucket = this.#bucketOf(scope, judge, this.#touched[at] ?? 0);
      if (judge.fit > best) [best, settled] = [judge.fit, judge.sure];
      else if (judge.fit === best) settled &= judge.sure;
      this.#buckets[at] = bucket;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    const cut = cutOf(counts, othersMax);
    const fitting = this.#gather(scope.index, counts, {
      from: BUCKETS,
      to: BUCKETS * 2,
    });
    const others = this.#gather(scope.index, counts, {
      from: cut,
      to: BUCKETS,
    });
    return { fitting, others: others.subarray(0, othersMax), best, settled };
  }

  /** 0 for what cannot be shown; from BUCKETS on for what fits. */
  #bucketOf(scope: Scope, judge: Judge, entry: number): number {
    judge.fit = 0;
    const node = scope.index.nodeOf(entry);
    if (node === 0 || !scope.isName(node)) return 0;
    const worth = judge.judge(entry, node);
    if (worth <= 0) return 0;
    const bucket = Math.max(1, Math.min(BUCKETS - 1, Math.floor(worth * BUCKETS)));
    return judge.isFitting ? BUCKETS + bucket : bucket;
  }

  /** The nodes of some buckets, the highest bucket first. */
  #gather(
    index: NameIndex,
    counts: Uint32Array,
    { from, to }: { from: number; to: number },
  ): Uint32Array {
    const starts = new Uint32Array(BUCKETS * 2);
    let total = 0;
    for (let bucket = to - 1; bucket >= Math.max(1, from); bucket -= 1) {
      starts[bucket] = total;
      total += counts[bucket] ?? 0;
    }
    const nodes = new Uint32Array(total);
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const bucket = this.#buckets[at] ?? 0;
      if (bucket < Math.max(1, from) || bucket >= to) continue;
      const place = starts[bucket] ?? 0;
      nodes[place] = index.nodeOf(this.#touched[at] ?? 0);
      starts[bucket] = place + 1;
    }
    return nodes;
  }
}

/** The bucket down to which at least `count` of the names that do not fit stand. */
function cutOf(counts: Uint32Array, count: number): number {
  let names = 0;
  for (let bucket = BUCKETS - 1; bucket > 0; bucket -= 1) {
    names += counts[bucket] ?? 0;
    if (names >= count) return bucket;
  }
  return 1;
}

const claimOf = (asked: Asked, bits: number) => {
  let sum = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1)
    sum += asked.claims[31 - Math.clz32(rest & -rest)] ?? 0;
  return sum;
};

/** Words that tell little bring in no names of their own. */
const opens = (asked: Asked, { bits }: Spelling) => claimOf(asked, bits) >= OPENING_CLAIM;
const OPENING_CLAIM = 0.14;

/** Telling words first, then the rare ones. */
const rareness = (asked: Asked, { spelling, count }: { spelling: Spelling; count: number }) =>
  count + (opens(asked, spelling) ? 0 : 2 ** 40) + (spelling.trust === 'sure' ? 0 : 2 ** 30);

interface Marks {
  readonly strong: Uint32Array;
  readonly weak: Uint32Array;
  readonly faint: Uint32Array;
}

/** What one name is worth, with the folders above it. */
class Judge {
  readonly #weights: BitSums;
  readonly #claims: BitSums;
  #folder = 0;
  #folderStrong = 0;
  #folderWeak = 0;
  #folderFaint = 0;
  /** Of the name judged last: the part of the query it has, and whether that is enough. */
  fit = 0;
  sure = 0;
  isFitting = false;

  constructor(
    private readonly scope: Scope,
    private readonly asked: Asked,
    private readonly marks: Marks,
  ) {
    this.#weights = new BitSums(asked.weights);
    this.#claims = new BitSums(asked.claims);
  }

  judge(entry: number, node: number): number {
    const { strong, weak, faint } = this.marks;
    const own = strong[entry] ?? 0;
    this.#readFolders(this.scope.tree.parentOf(node));
    const above = this.#folderStrong & ~own;
    const all = own | above;
    if ((all & EXCLUDED_BIT) !== 0) return 0;
    this.#fit(all, (weak[entry] ?? 0) | this.#folderWeak);
    const doubtful = ((weak[entry] ?? 0) | (faint[entry] ?? 0)) & ~all;
    const doubtfulAbove = (this.#folderWeak | this.#folderFaint) & ~all & ~doubtful;
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

  #fit(all: number, doubtful: number): void {
    const claims = this.#claims;
    const sure = claims.of(all);
    // A doubtful spelling proves something beside a word that is sure, or beside another doubtful one:
    // two words of one name, both cut short or misspelt, are hardly chance.
    const isProved =
      claims.of(all & this.asked.proving) >= 1 || claims.of(doubtful & this.asked.proving) >= 2;
    const sum = isProved ? claims.of(all | doubtful) : sure;
    this.sure = all;
    this.fit = sure / Math.max(0.01, claims.all);
    const isThere = ((all | doubtful) & this.asked.required) === this.asked.required;
    this.isFitting = isThere && sum / Math.max(0.01, claims.all) >= FIT_MIN;
  }

  #readFolders(folder: number): void {
    if (folder === this.#folder) return;
    this.#folder = folder;
    const { index, tree } = this.scope;
    const { strong, weak, faint } = this.marks;
    let [allStrong, allWeak, allFaint] = [0, 0, 0];
    for (let at = folder; at !== 0; at = tree.parentOf(at)) {
      const entry = index.entryOf(at);
      allStrong |= strong[entry] ?? 0;
      allWeak |= weak[entry] ?? 0;
      allFaint |= faint[entry] ?? 0;
    }
    [this.#folderStrong, this.#folderWeak, this.#folderFaint] = [allStrong, allWeak, allFaint];
  }
}
