/** One ranking for both stages: how well a name fits what was typed, 0 to 1. */
import { distance, lettersOf, mayBeNear } from './similarity.js';

/** A query as the ranking sees it. */
export interface Asked {
  readonly words: readonly string[];
  /** How much each word tells: rare ones tell more. */
  readonly weights: readonly number[];
  /** All words without what stands between them. */
  readonly joined: string;
}

/** A name as the ranking sees it. */
export interface Named {
  readonly words: readonly string[];
  readonly joined: string;
  /** The same without the extension. */
  readonly stem: string;
  /** Words of the folders it stands in: only asked for when the name alone does not do. */
  readonly folderWords: () => readonly string[];
  /** The part of the query's grams that the name has. */
  readonly shared: number;
}

/** How much a word of the query counts when the name has it in this form. */
const FORMS = {
  prefix: 0.85,
  typo: 0.8,
  inside: 0.7,
  inFolder: 0.6,
  folderPrefix: 0.45,
} as const;

/** What makes up a score: the words found, how much of the name they cover, and the whole as one text. */
const PARTS = { words: 0.8, cover: 0.2 } as const;
/** A name that is the query, but for the separators, has at least this. */
const SAME = 0.99;
/** The whole text compared letter by letter counts a little less than the words themselves. */
const WHOLE = 0.97;
const WHOLE_EDITS_PART = 0.34;
const WHOLE_EDITS_MAX = 8;
/** A whole text that shares fewer grams is not worth comparing. */
const WHOLE_SHARED_MIN = 0.4;
/** Grams alone prove less than letters. */
const SHARED = 0.62;

/** How many letters of a word may be wrong. */
const editsAllowed = (length: number) => (length < 3 ? 0 : length < 6 ? 1 : 2);

function formOf(word: string, other: string): number {
  if (word === other) return 1;
  if (other.startsWith(word)) {
    return FORMS.prefix + (1 - FORMS.prefix) * 0.9 * (word.length / other.length);
  }
  if (isDigit(word)) return sameNumber(word, other) ? FORMS.prefix : editedForm(word, other);
  return editedForm(word, other);
}

const isDigit = (word: string) => word.charCodeAt(0) >= 48 && word.charCodeAt(0) <= 57;

function editedForm(word: string, other: string): number {
  const allowed = editsAllowed(word.length);
  if (allowed === 0 || Math.abs(word.length - other.length) > allowed) {
    return 0;
  }
  if (!mayBeNear(lettersOf(word), lettersOf(other), allowed)) return 0;
  const edits = distance(word, other, allowed);
  return edits > allowed ? 0 : FORMS.typo * (1 - edits / (word.length + 1));
}

/** `1` and `01` are the same episode. */
function sameNumber(word: string, other: string): boolean {
  return isDigit(other) && word.length <= 4 && other.length <= 4 && Number(word) === Number(other);
}

/** How well the name itself has one word of the query, 0 to 1. */
function nameScore(word: string, name: Named): number {
  let best = 0;
  for (const other of name.words) {
    const form = formOf(word, other);
    if (form === 1) return 1;
    if (form > best) best = form;
  }
  const isInside = best < FORMS.inside && word.length > 2 && name.joined.includes(word);
  return isInside ? FORMS.inside : best;
}

function folderScore(word: string, folderWords: readonly string[]): number {
  if (folderWords.includes(word)) return FORMS.inFolder;
  const begins = word.length > 2 && folderWords.some((other) => other.startsWith(word));
  return begins ? FORMS.folderPrefix : 0;
}

/** How well name and folders together have the words of the query, rare words telling more. */
function wordsScore(asked: Asked, name: Named): number {
  const scores = asked.words.map((word) => nameScore(word, name));
  // The folders tell apart what has some of the words; a name with none of them is not meant.
  const mayNeedFolder = scores.some((score) => score >= FORMS.prefix);
  let found = 0;
  let wanted = 0;
  asked.words.forEach((word, at) => {
    const weight = asked.weights[at] ?? 1;
    const own = scores[at] ?? 0;
    const isMissing = mayNeedFolder && own < FORMS.folderPrefix;
    found += weight * (isMissing ? folderScore(word, name.folderWords()) : own);
    wanted += weight;
  });
  return wanted === 0 ? 0 : found / wanted;
}

/** The whole query against the whole name, letter by letter. */
function wholeScore(joined: string, stem: string): number {
  const longer = Math.max(joined.length, stem.length);
  const allowed = Math.min(WHOLE_EDITS_MAX, Math.floor(longer * WHOLE_EDITS_PART));
  const edits = distance(joined, stem, allowed);
  return edits > allowed ? 0 : WHOLE * (1 - edits / longer);
}

/** How well a name fits, 0 to 1; 1 is the name as typed. */
export function score(asked: Asked, name: Named): number {
  if (asked.joined === name.joined) return 1;
  if (asked.joined === name.stem) return SAME;
  const words = Math.max(wordsScore(asked, name), SHARED * name.shared);
  const cover = Math.min(1, asked.joined.length / Math.max(1, name.stem.length));
  const bySense = words * (PARTS.words + PARTS.cover * cover);
  const isWorth = bySense < WHOLE && name.shared >= WHOLE_SHARED_MIN;
  const whole = !isWorth ? 0 : wholeScore(asked.joined, name.stem);
  return Math.min(SAME, Math.max(bySense, whole));
}
