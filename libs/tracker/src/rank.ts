/** The second stage: how well one name, with its folders, fits the query, 0 to 1; 1 is the name as typed. */
import { type Asked, BitSums, type Spelling } from './asked.js';
import { INITIAL_QUALITY } from './initial.js';
import { distance } from './similarity.js';
import { WEIGHTS } from './noise.js';
import type { Text, Token } from './tokens.js';

/** A name that equals the query, except for the separators, has at least this. */
const SAME = 0.99;
/** What makes up a score: the words found, how much of the name and of its folders they cover, and their order. */
const PARTS = {
  words: 0.74,
  cover: 0.14,
  order: 0.06,
  folders: 0.03,
  extension: 0.02,
} as const;
/** How much a word counts in the folder, and in those above, compared with one in the name. */
const FOLDER = { nearest: 0.82, each: 0.02, least: 0.72 } as const;
const DOUBTFUL_ALONE = 0.85;
/** The share of the score that remains if a requested episode or number is another one. */
const OTHER_NUMBER = 0.85;
/** The comparison of the whole text letter by letter counts a little less than that of the words. */
const WHOLE = {
  worth: 0.95,
  editsPart: 0.34,
  editsMax: 10,
  below: 0.86,
} as const;

interface Hit {
  readonly spelling: Spelling;
  readonly from: number;
  readonly to: number;
  readonly worth: number;
}

/** The best that the folders above a name have of each bit. */
interface Above {
  /** Bits that are there, and how good each is. */
  readonly quality: Float64Array;
  readonly bits: number;
  /** True if a folder has the requested name, apart from the episode. */
  readonly isSeries: boolean;
  /** How many significant words the folders have, and how many of them were asked for. */
  readonly words: number;
  readonly found: number;
}

export interface Named {
  readonly text: Text;
  /** The name as it is. */
  readonly name: string;
  readonly folder: number;
}

export interface Ranking {
  readonly score: number;
  /** True if the last word of the query, of which one letter is typed, begins no word of name and folders. */
  readonly isOther: boolean;
}

/** Ranks the candidates of one query. */
export class Ranker {
  readonly #spellings = new Map<string, Spelling[]>();
  readonly #weights: BitSums;
  readonly #above = new Map<number, Above>();
  readonly #query: string;

  constructor(
    private readonly asked: Asked,
    /** The texts of a folder and of all above it, from the inside out. */
    private readonly folderTexts: (folder: number) => readonly Text[],
    query: string,
  ) {
    for (const spelling of asked.spellings) {
      const known = this.#spellings.get(spelling.text);
      if (known) known.push(spelling);
      else this.#spellings.set(spelling.text, [spelling]);
    }
    this.#weights = new BitSums(asked.weights);
    this.#query = query;
  }

  rank(named: Named): Ranking {
    const { score, bits } = this.#rank(named);
    const begun = this.asked.initial?.bits ?? 0;
    return { score, isOther: (bits & begun) !== begun };
  }

  #rank({ text, name, folder }: Named): { score: number; bits: number } {
    const hits = this.#assign(this.#hitsOf(text));
    const own = hits.reduce((set, { spelling }) => set | spelling.bits, 0);
    const above = this.#aboveOf(folder);
    const bits = own | above.bits;
    const isTyped = text.extension !== '' && name.toLowerCase() === this.#query;
    if (isTyped) return { score: 1, bits };
    const joined = text.tokens.map((token) => token.text).join('');
    if (joined === this.asked.joined) {
      const { extension } = this.asked;
      const isWhole = extension !== '' && extension === text.extension;
      return { score: isWhole ? SAME + 0.005 : SAME, bits: bits | own };
    }
    if (above.isSeries && (own & this.asked.episodes) !== 0) return { score: SAME - 0.005, bits };
    const isOther = (bits & this.asked.exact) !== this.asked.exact;
    const score = this.#score(text, hits, above);
    const whole = score < WHOLE.below ? this.#wholeScore(text, joined) : 0;
    const best = Math.min(SAME - 0.005, Math.max(score, whole));
    return { score: isOther ? best * OTHER_NUMBER : best, bits };
  }

  /** The query against the whole name, and against the part of it that names the work. */
  #wholeScore({ tokens }: Text, joined: string): number {
    const whole = wholeScore(this.asked.joined, joined);
    if (tokens.every(namesWork)) return whole;
    const work = tokens.filter(namesWork).map(({ text }) => text);
    return Math.max(whole, wholeScore(this.asked.joined, work.join('')));
  }

  #score(text: Text, hits: readonly Hit[], above: Above): number {
    let own = 0;
    let found = 0;
    for (const { spelling } of hits) {
      own |= spelling.bits;
      found += this.#weights.of(spelling.bits) * spelling.quality;
    }
    let inFolders = 0;
    for (let rest = above.bits & ~own; rest !== 0; rest &= rest - 1) {
      const bit = 31 - Math.clz32(rest & -rest);
      inFolders += (this.asked.weights[bit] ?? 0) * (above.quality[bit] ?? 0);
    }
    const all = Math.max(0.01, this.#weights.all);
    const folders = above.words === 0 ? 1 : above.found / above.words;
    const isOfKind = this.asked.extension === '' || this.asked.extension === text.extension;
    return (
      PARTS.words * ((found + inFolders) / all) +
      PARTS.cover * coverOf(text, hits) +
      PARTS.order * this.#orderOf(hits, own) +
      PARTS.folders * folders +
      (isOfKind ? PARTS.extension : 0)
    );
  }

  /** Every spelling of the query that the text has. */
  #hitsOf({ tokens, forms, extension }: Text): Hit[] {
    const hits: Hit[] = [];
    const look = (text: string, from: number, to: number) => {
      for (const spelling of this.#spellings.get(text) ?? []) {
        const worth = this.#weights.of(spelling.bits) * spelling.quality;
        hits.push({ spelling, from, to, worth });
      }
    };
    tokens.forEach(({ text }, at) => look(text, at, at + 1));
    for (const { text, from, to } of forms) look(text, from, to);
    for (let at = 1; at < tokens.length; at += 1)
      look(`${tokens[at - 1]?.text}${tokens[at]?.text}`, at - 1, at + 1);
    hits.push(...this.#begunIn(tokens));
    if (extension !== '') look(`.${extension}`, tokens.length, tokens.length + 1);
    return hits;
  }

  /** The words that begin with the letter of a last word. */
  #begunIn(tokens: readonly Token[]): Hit[] {
    const { initial } = this.asked;
    if (!initial) return [];
    const { letter, bits } = initial;
    const worth = this.#weights.of(bits) * INITIAL_QUALITY;
    return tokens.flatMap(({ text }, at): Hit[] => {
      if (text.length === 1 || !text.startsWith(letter)) return [];
      const spelling: Spelling = { text, bits, quality: INITIAL_QUALITY, trust: 'likely' };
      return [{ spelling, from: at, to: at + 1, worth }];
    });
  }

  /** One word of a name answers one word of the query, the best first. */
  #assign(hits: Hit[]): Hit[] {
    hits.sort((a, b) => b.spelling.quality - a.spelling.quality || b.worth - a.worth);
    const taken = new Set<number>();
    let bits = 0;
    return hits.filter(({ spelling, from, to }) => {
      if ((bits & spelling.bits) !== 0) return false;
      // Pieces of one long word are all at the same place of a name.
      for (let at = from; at < to; at += 1) if (taken.has(at)) return false;
      for (let at = from; at < to; at += 1) taken.add(at);
      bits |= spelling.bits;
      return true;
    });
  }

  /** The share of neighbouring words of the query that are neighbours, in this order, in the name. */
  #orderOf(hits: readonly Hit[], own: number): number {
    const { order } = this.asked;
    if (order.length < 2) return own === 0 ? 0 : 1;
    const placeOf = (bits: number) => hits.find(({ spelling }) => (spelling.bits & bits) !== 0);
    let inOrder = 0;
    for (let at = 1; at < order.length; at += 1) {
      const [left, right] = [placeOf(order[at - 1] ?? 0), placeOf(order[at] ?? 0)];
      if (!left || !right) continue;
      if (left === right || right.from === left.to) inOrder += 1;
      else if (right.from > left.from) inOrder += 0.5;
    }
    return inOrder / (order.length - 1);
  }

  #aboveOf(folder: number): Above {
    const known = this.#above.get(folder);
    if (known) return known;
    const above = this.#readAbove(folder);
    this.#above.set(folder, above);
    return above;
  }

  #readAbove(folder: number): Above {
    const quality = new Float64Array(this.asked.weights.length);
    const { episodes, series } = this.asked;
    let bits = 0;
    let words = 0;
    let found = 0;
    let isSeries = false;
    this.folderTexts(folder).forEach((text, depth) => {
      const place = Math.max(FOLDER.least, FOLDER.nearest - FOLDER.each * depth);
      const hits = this.#assign(this.#hitsOf(text));
      for (const { spelling, from, to } of hits) {
        for (let at = from; at < to; at += 1) found += text.tokens[at]?.weight ?? 0;
        for (let rest = spelling.bits; rest !== 0; rest &= rest - 1) {
          const bit = 31 - Math.clz32(rest & -rest);
          quality[bit] = Math.max(quality[bit] ?? 0, place * spelling.quality);
        }
        bits |= spelling.bits;
      }
      for (const { weight } of text.tokens) words += weight;
      isSeries ||= episodes !== 0 && text.tokens.map((token) => token.text).join('') === series;
    });
    return { quality, bits, isSeries, words, found };
  }
}

/** How much of what the name says was asked for. */
function coverOf({ tokens }: Text, hits: readonly Hit[]): number {
  const covered = new Set<number>();
  for (const { from, to, spelling } of hits) {
    if (spelling.quality < DOUBTFUL_ALONE * 0.5) continue;
    for (let at = from; at < to; at += 1) covered.add(at);
  }
  let all = 0;
  let found = 0;
  tokens.forEach(({ weight, kind }, at) => {
    // The number of a track or of a copy says little.
    const counts = kind === 'number' && !covered.has(at) ? weight * 0.35 : weight;
    all += counts;
    if (covered.has(at)) found += counts;
  });
  return all === 0 ? 0 : found / all;
}

/** False for years, for words about the release, and for what decorates it. */
const namesWork = ({ weight }: Token) => weight === WEIGHTS.telling || weight === WEIGHTS.small;

/** The whole query against a whole name, letter by letter. */
function wholeScore(joined: string, stem: string): number {
  const longer = Math.max(joined.length, stem.length);
  const allowed = Math.min(WHOLE.editsMax, Math.floor(longer * WHOLE.editsPart));
  const edits = distance(joined, stem, allowed);
  return edits > allowed ? 0 : WHOLE.worth * (1 - edits / longer);
}
