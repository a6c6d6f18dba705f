/** Words that are not written in documents and messages, and what is written instead (docs/style.md, 11). */
import ts from 'typescript';

export interface Avoided {
  readonly pattern: RegExp;
  /** As docs/style.md lists it. */
  readonly word: string;
  readonly instead: string;
  /** Comments of the source are held to it, too: to the same pattern, or to a narrower one. */
  readonly inComments?: true | RegExp;
}

const UNIT = '(second|minute|hour|day)';
/** A number or a count just before "a second": a rate, not "a second peer" or "within a second". */
const COUNTED = String.raw`(\d[\d,]*|once|twice|times|datagrams|lines|bytes|files|searches|changes|at most)`;
const NOUN = String.raw`((?!within|for|in|after|of|than|by|under|half|about|at)\w+ )?`;

export const AVOIDED: readonly Avoided[] = [
  {
    pattern: /\b(tell|tells|telling|told)\b/i,
    word: 'tell',
    instead: 'announce, publish, report, show',
    // A comment may say what tells two things apart, and what nobody can tell.
    inComments:
      /(?<!\b(?:can|cannot|could|to|(?:can|cannot|could) be) )\b(?:tells?|telling|told)\b(?!.*\bapart\b)/i,
  },
  { pattern: /\banew\b/i, word: 'anew', instead: 'again', inComments: true },
  { pattern: /\bmend(s|ed|ing)?\b/i, word: 'mend', instead: 'fix', inComments: true },
  {
    pattern: /\bat once\b/i,
    word: 'at once',
    instead: 'immediately, at the same time',
    inComments: true,
  },
  {
    pattern: new RegExp(String.raw`\b${COUNTED} ${NOUN}(a|each) ${UNIT}\b`, 'i'),
    word: '10 times a second',
    instead: '10 times per second',
    inComments: true,
  },
  {
    pattern: /(?<!\b(there|nobody|that) )\bis no (?!longer\b|more\b|less\b|need\b|\w+er\b)/i,
    word: 'is no hash',
    instead: 'is not a hash',
    inComments: true,
  },
  {
    pattern: /\b(is|are|was|were) (not )?to be\b/i,
    word: 'is to be sent',
    instead: 'must be sent, waits to be sent',
    inComments: true,
  },
  {
    pattern: /\bgo(es)? round\b/i,
    word: 'goes round',
    instead: 'works around, rotates',
    inComments: true,
  },
  {
    pattern: /\b(from|outside|of|in) the own\b/i,
    word: 'the own',
    instead: 'its own',
    inComments: true,
  },
  {
    pattern: /\b(make|free|no|enough|some|is) room\b/i,
    word: 'make room',
    instead: 'free some space',
    inComments: true,
  },
  {
    pattern: /\b(goes|go|going|went) on\b/i,
    word: 'goes on',
    instead: 'continues, resumes',
    inComments: true,
  },
  {
    pattern: /\blook(s|ed|ing)? through\b/i,
    word: 'look through',
    instead: 'scan',
    inComments: true,
  },
  {
    pattern: /\b(lie|lies|lay) (in|on|under|below|beside)\b/i,
    word: 'lies in',
    instead: 'is in, is stored in',
    inComments: true,
  },
  {
    pattern: /\b(stands?|stood)\b(?!-| for\b)/i,
    word: 'stands in',
    instead: 'is in, is defined in; is suspended',
    inComments: true,
  },
  { pattern: /\blets? in\b/i, word: 'let in', instead: 'admit, allow inbound', inComments: true },
  { pattern: /\bby chance\b/i, word: 'by chance', instead: 'at random', inComments: true },
  {
    pattern: /\blet(s|ting)? go of\b/i,
    word: 'let go of',
    instead: 'release, free',
    inComments: true,
  },
  // A count of something and what it is counted by, at the end of a clause.
  {
    pattern:
      /\b(one|two|\d[\d,]*) (bits?|bytes|pixels|digest|line|row|watch|entry|characters|requests?|leaf|object|name) an? \w+(?=[,.:;)]|$)/i,
    word: 'one line a peer',
    instead: 'one line per peer',
    inComments: true,
  },
  { pattern: /\bfor good\b/i, word: 'for good', instead: 'permanently', inComments: true },
];

export interface Found {
  readonly line: number;
  readonly text: string;
  readonly word: string;
}

const foundIn = (text: string, line: number, words: readonly Avoided[]): Found[] =>
  words
    .filter(({ pattern }) => pattern.test(text))
    .map(({ word }) => ({ line, text: text.trim(), word }));

/** What is quoted with backticks is a name, not English. */
const unquoted = (text: string): string => text.replaceAll(/`[^`]*`/g, '`');

export function avoidedInPage(text: string): Found[] {
  return text.split('\n').flatMap((line, at) => foundIn(unquoted(line), at + 1, AVOIDED));
}

/** In the texts of a source: literals of more than one word, and comments. */
export function avoidedInSource(name: string, source: string): Found[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest);
  const lineOf = (place: number) => file.getLineAndCharacterOfPosition(place).line + 1;
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node);
    if ((isText || ts.isTemplateMiddleOrTemplateTail(node)) && node.text.includes(' ')) {
      found.push(...foundIn(node.text, lineOf(node.getStart(file)), AVOIDED));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const ofComments = AVOIDED.flatMap((each) =>
    each.inComments
      ? [{ ...each, pattern: each.inComments === true ? each.pattern : each.inComments }]
      : [],
  );
  for (const [at, line] of source.split('\n').entries()) {
    const comment = /^\s*(?:\/?\*+|\/\/)(.*)$/.exec(line)?.[1];
    if (comment !== undefined) found.push(...foundIn(unquoted(comment), at + 1, ofComments));
  }
  return found;
}
