/** The first stage of a search: which names, with the folders above them, have the words of the query. */
import type { WorkTurns } from '@iwanto/wire';
import { AboveMarks } from './above-marks.js';
import type { Asked, Spelling } from './asked.js';
import { scratchOf, stretches } from './cells.js';
import { FIT_MIN, Judge } from './judge.js';
import { Marks } from './marks.js';
import type { NameIndex } from './name-index.js';

/** Entries read for one query, so that no query takes long (HOSTILE 54, 55). */
export const VISITS_MAX = 1_200_000;
/** Names that one query may add: later words only distinguish among those. */
const TOUCHED_MAX = { fitting: 200_000, similar: 30_000 } as const;
const BUCKETS = 1_024;
/** Longer lists than this, with more than so many entries per name, are not read for words of little weight. */
const UNREAD_COUNT_MIN = 20_000;
const UNREAD_FACTOR = 16;
/** Names whose folders are examined if nothing fits. */
const SIMILAR_KEPT = 2_000;

export interface Candidates {
  /** Nodes of names that fit, the most promising first. */
  readonly fitting: Uint32Array;
  /** Nodes of names that have part of the query, the most promising first. */
  readonly others: Uint32Array;
  /** True when a word of the query was too common to be looked up completely. */
  readonly isCut: boolean;
  /** The largest part of the query that a name was found to have, 0 to 1. */
  readonly best: number;
  /** Bits of the query that all the best names have: the others may be misspelt. */
  readonly settled: number;
}

export interface FindOptions {
  readonly reach: Reach;
  readonly othersMax: number;
}

/** How names are added: only as many as are needed to find all that fit, or all that have any part of the query. */
export type Reach = 'fitting' | 'similar';

interface List {
  readonly spelling: Spelling;
  readonly term: number;
  readonly count: number;
  /** False for a word of little weight. */
  readonly tells: boolean;
}

/** Marks names word by word and picks the best. */
export class CandidateFinder {
  readonly #marks = new Marks();
  readonly #above = new AboveMarks();
  #visits = 0;
  #isCut = false;
  /** Bits of words whose lists are not read because so few names are in question: the second stage sees them. */
  #unread = 0;
  #buckets = new Uint16Array(0);

  /** The names that fit, and the best of those that do not. */
  *find(index: NameIndex, asked: Asked, { reach, othersMax }: FindOptions): WorkTurns<Candidates> {
    // Of a search before that was given up.
    yield* this.#clear();
    this.#marks.makeRoom(index);
    this.#visits = 0;
    this.#isCut = false;
    this.#unread = 0;
    const judge = new Judge(index, asked, { marks: this.#marks, above: this.#above });
    yield* this.#mark(index, asked, { reach, judge });
    judge.leaveOut(this.#unread);
    for (const word of asked.excluded)
      yield* this.#marks.exclude(index, index.vocabulary.find(word));
    const sorted = yield* this.#sort(index, judge, othersMax);
    yield* this.#clear();
    return { ...sorted, isCut: this.#isCut };
  }

  *#clear(): WorkTurns<void> {
    this.#above.clear();
    yield* this.#marks.clear();
  }

  *#mark(
    index: NameIndex,
    asked: Asked,
    { reach, judge }: { reach: Reach; judge: Judge },
  ): WorkTurns<void> {
    const lists = listsOf(index, asked);
    yield lists.length;
    const needed = neededBits(asked, lists);
    const opens = ({ spelling, tells }: List) =>
      reach === 'fitting' ? (spelling.bits & needed) !== 0 && spelling.trust !== 'faint' : tells;
    for (const list of merged(lists.filter(opens)))
      yield* this.#open(index, list, TOUCHED_MAX[reach]);
    if (reach === 'similar') yield* this.#keepBest(judge);
    if (!haveOneMark(lists)) yield* this.#marks.reachUp(index);
    for (const list of merged(lists.filter((one) => !opens(one)))) {
      if (list.tells && list.spelling.trust !== 'faint') yield* this.#look(list, 'deepen', index);
      else if (this.#isWorthReading(list, asked)) yield* this.#look(list, 'narrow', index);
      else this.#unread |= list.spelling.bits;
    }
  }

  /** The list of a word of little weight is not read for a handful of names. */
  #isWorthReading({ spelling, count, tells }: List, { required }: Asked): boolean {
    if (tells || (spelling.bits & required) !== 0) return true;
    return count < UNREAD_COUNT_MIN || count < this.#marks.count * UNREAD_FACTOR;
  }

  /** Of many merely similar names, those that are similar on their own, whatever their folders are called. */
  *#keepBest(judge: Judge): WorkTurns<void> {
    const { touched, count } = this.#marks;
    if (count <= SIMILAR_KEPT) return;
    this.#buckets = scratchOf(this.#buckets, count);
    const counts = new Uint32Array(BUCKETS);
    for (const { from, to } of stretches(count)) {
      for (let at = from; at < to; at += 1) {
        const bucket = bucketOf(judge.judgeAlone(touched[at] ?? 0));
        this.#buckets[at] = bucket;
        counts[bucket] = (counts[bucket] ?? 0) + 1;
      }
      yield to - from;
    }
    const cut = cutOf(counts, SIMILAR_KEPT);
    yield* this.#marks.keep((at) => (this.#buckets[at] ?? 0) >= cut);
  }

  *#open(index: NameIndex, list: List, touchedMax: number): WorkTurns<void> {
    const { count } = this.#marks;
    const isFull =
      count > 0 && (count + list.count > touchedMax || this.#visits + list.count > VISITS_MAX);
    this.#isCut ||= isFull;
    if (isFull) return yield* this.#look(list, 'narrow', index);
    this.#visits += list.count;
    const isWhole = yield* this.#marks.open(index, list.term, list.spelling, touchedMax);
    this.#isCut ||= !isWhole;
  }

  /** Reads one list, as long as the query may still read that many entries. */
  *#look(
    { spelling, term, count }: List,
    way: 'deepen' | 'narrow',
    index: NameIndex,
  ): WorkTurns<void> {
    this.#visits += count;
    if (this.#marks.count === 0 || this.#visits > VISITS_MAX) return;
    if (way === 'deepen') yield* this.#marks.deepen(index, term, spelling);
    else yield* this.#marks.narrow(index, term, spelling);
  }

  /** Names by their worth, in as many steps as there are buckets. */
  *#sort(index: NameIndex, judge: Judge, othersMax: number): WorkTurns<Omit<Candidates, 'isCut'>> {
    const counts = new Uint32Array(BUCKETS * 2);
    const { count } = this.#marks;
    this.#buckets = scratchOf(this.#buckets, count);
    let best = 0;
    let settled = 0;
    for (const { from, to } of stretches(count)) {
      for (let at = from; at < to; at += 1) {
        const bucket = this.#bucketOf(index, judge, at);
        if (judge.fit > best) [best, settled] = [judge.fit, judge.sure];
        else if (judge.fit === best) settled &= judge.sure;
        this.#buckets[at] = bucket;
        counts[bucket] = (counts[bucket] ?? 0) + 1;
      }
      yield to - from;
    }
    const cut = cutOf(counts, othersMax);
    const fitting = yield* this.#gather(index, counts, { from: BUCKETS, to: BUCKETS * 2 });
    const others = yield* this.#gather(index, counts, { from: cut, to: BUCKETS });
    settled |= this.#unread;
    return { fitting, others: others.subarray(0, othersMax), best, settled };
  }

  /** 0 for what cannot be shown; BUCKETS and above for what fits. */
  #bucketOf(index: NameIndex, judge: Judge, at: number): number {
    judge.fit = 0;
    if (!index.isName(this.#marks.touched[at] ?? 0)) return 0;
    const worth = judge.judge(at);
    if (worth <= 0) return 0;
    const bucket = bucketOf(worth);
    return judge.isFitting ? BUCKETS + bucket : bucket;
  }

  /** The nodes of some buckets, the highest bucket first. */
  *#gather(
    index: NameIndex,
    counts: Uint32Array,
    { from: least, to: end }: { from: number; to: number },
  ): WorkTurns<Uint32Array> {
    const starts = new Uint32Array(BUCKETS * 2);
    let total = 0;
    for (let bucket = end - 1; bucket >= Math.max(1, least); bucket -= 1) {
      starts[bucket] = total;
      total += counts[bucket] ?? 0;
    }
    const nodes = new Uint32Array(total);
    for (const { from, to } of stretches(this.#marks.count)) {
      for (let at = from; at < to; at += 1) {
        const bucket = this.#buckets[at] ?? 0;
        if (bucket < Math.max(1, least) || bucket >= end) continue;
        const place = starts[bucket] ?? 0;
        nodes[place] = index.nodeOf(this.#marks.touched[at] ?? 0);
        starts[bucket] = place + 1;
      }
      yield to - from;
    }
    return nodes;
  }
}

/** The lists of all spellings that occur, the surest and rarest first. */
const listsOf = (index: NameIndex, asked: Asked): List[] =>
  asked.spellings
    .map((spelling) => ({ spelling, term: index.vocabulary.find(spelling.text) }))
    .filter(({ term }) => term !== 0)
    .map((list): List => {
      const tells = claimOf(asked, list.spelling.bits) >= OPENING_CLAIM;
      return { ...list, tells, count: index.countOf(list.term) };
    })
    .sort((a, b) => rareness(a) - rareness(b));

/** True if all names get the same mark: to a name that has it, the folders above can add nothing. */
const haveOneMark = (lists: readonly List[]): boolean =>
  lists.every(
    ({ spelling: { bits, trust } }) =>
      bits === lists[0]?.spelling.bits && trust === lists[0].spelling.trust,
  );

/**
 * A list that stands for several words of the query is read once for all of them: a pasted path has most of its words
 * twice.
 */
function merged(lists: readonly List[]): List[] {
  const known = new Map<string, List>();
  for (const list of lists) {
    const { term, spelling, tells } = list;
    const key = `${term} ${spelling.trust} ${tells}`;
    const bits = (known.get(key)?.spelling.bits ?? 0) | spelling.bits;
    known.set(key, { ...list, spelling: { ...spelling, bits } });
  }
  return [...known.values()];
}

const bucketOf = (worth: number) => Math.max(1, Math.min(BUCKETS - 1, Math.floor(worth * BUCKETS)));

/** The bucket down to which there are at least `count` names that do not fit. */
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

/** Words of little weight add no candidates of their own. */
const OPENING_CLAIM = 0.14;

/** Words that are sure first, then the rare ones. */
const rareness = ({ spelling, count }: List) => count + (spelling.trust === 'sure' ? 0 : 2 ** 30);

/** Folders of a pasted path and words about a release claim less than this: twenty of them make up for one other word. */
const SLIGHT_CLAIM = 0.05;

/**
 * The rarest words of which a name must have one to fit: without them, what is left of the query is not enough.
 * Names that have only the others need not be looked at. Slight ones come last, however rare: they would
 * bring in names that cannot fit.
 */
function neededBits(asked: Asked, lists: readonly List[]): number {
  const costs = asked.claims.map((claim, bit) => {
    return { bit: 2 ** bit, isSlight: claim < SLIGHT_CLAIM, entries: 0 };
  });
  for (const { spelling, count } of lists) {
    if (spelling.trust === 'faint') continue;
    for (const cost of costs) if ((spelling.bits & cost.bit) !== 0) cost.entries += count;
  }
  costs.sort((a, b) => Number(a.isSlight) - Number(b.isSlight) || a.entries - b.entries);
  const all = asked.claims.reduce((sum, claim) => sum + claim, 0);
  let needed = 0;
  for (const { bit } of costs) {
    if (claimOf(asked, needed) > (1 - FIT_MIN) * all) break;
    needed |= bit;
  }
  return needed;
}
