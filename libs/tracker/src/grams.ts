/** The shapes of a text: every three neighbouring characters as a number, so that misspelt words still share most. */

/** How many different grams are told apart; others share a number, which costs a look but never a wrong result. */
export const GRAM_KINDS = 2 ** 17;

/** Stands before and after each word: beginnings and ends weigh more, and short words have grams too. */
const BORDER = 1;
const CJK_FROM = 0x2e80;
const CJK_TO = 0xd7ff;

const isCjk = (code: number) => code >= CJK_FROM && code <= CJK_TO;

const gramOf = (first: number, second: number, third: number) =>
  ((Math.imul(first, 0x9e37_79b1) ^
    Math.imul(second, 0x85eb_ca77) ^
    Math.imul(third, 0xc2b2_ae3d)) >>>
    9) &
  (GRAM_KINDS - 1);

/** Collects the different grams of one text at a time; the collection is used again by the next. */
export class Grams {
  #found = new Uint32Array(256);
  readonly #seenIn = new Uint32Array(GRAM_KINDS);
  #text = 0;
  count = 0;

  /** Starts with another text. */
  clear(): void {
    this.count = 0;
    this.#text += 1;
  }

  /** The grams found so far; valid until `clear`. */
  get found(): Uint32Array {
    return this.#found.subarray(0, this.count);
  }

  /** The grams of each word by itself. */
  addWords(words: readonly string[]): void {
    for (const word of words) this.#addWord(word);
  }

  /** The grams across the borders of neighbouring words: what a text without separators has instead. */
  addJoints(words: readonly string[]): void {
    for (let at = 1; at < words.length; at += 1) {
      const left = words[at - 1] ?? '';
      const right = words[at] ?? '';
      if (isCjk(left.charCodeAt(0)) || isCjk(right.charCodeAt(0))) continue;
      this.#addRun(left.slice(-2) + right.slice(0, 2));
    }
  }

  #addWord(word: string): void {
    const first = word.charCodeAt(0);
    if (isCjk(first)) {
      this.#addCjk(word);
      return;
    }
    if (word.length === 1) {
      this.#add(BORDER, first, BORDER);
      return;
    }
    this.#add(BORDER, first, word.charCodeAt(1));
    this.#addRun(word);
    this.#add(word.charCodeAt(word.length - 2), word.charCodeAt(word.length - 1), BORDER);
  }

  #addRun(run: string): void {
    for (let at = 2; at < run.length; at += 1) {
      this.#add(run.charCodeAt(at - 2), run.charCodeAt(at - 1), run.charCodeAt(at));
    }
  }

  /** CJK words are pairs already; each character alone is findable as well. */
  #addCjk(word: string): void {
    for (let at = 0; at < word.length; at += 1) this.#add(0, word.charCodeAt(at), 0);
    if (word.length > 1) this.#add(0, word.charCodeAt(0), word.charCodeAt(1));
  }

  #add(first: number, second: number, third: number): void {
    const gram = gramOf(first, second, third);
    if (this.#seenIn[gram] === this.#text) return;
    this.#seenIn[gram] = this.#text;
    if (this.count === this.#found.length) {
      const larger = new Uint32Array(this.#found.length * 2);
      larger.set(this.#found);
      this.#found = larger;
    }
    this.#found[this.count] = gram;
    this.count += 1;
  }
}
