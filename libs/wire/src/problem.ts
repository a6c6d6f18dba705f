/** What a schema found wrong, in words that users read: the validator's own speak of its types and patterns. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What is counted of a value. */
const COUNTED: Readonly<Record<string, string>> = {
  string: ' characters',
  array: ' entries',
  set: ' entries',
};

/** The beginning of what the validator says if a schema has no words of its own. */
const NO_WORDS = /^Invalid /;

/** Whatever the type, an absent value is reported so. */
const ABSENT = /received undefined$/;

/** The first problem, as the end of a sentence such as `"ports.election" was not changed: it must be at most 65535`. */
export function problemOf({ issues: [issue] }: z.ZodError): string {
  return issue ? wordsOf(issue) : 'it does not fit';
}

function wordsOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (ABSENT.test(issue.message)) return 'it is missing';
      return `it must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'it is empty';
      return `it must ${limitOf(issue.origin, 'at least', issue.minimum)}`;
    case 'too_big':
      return `it must ${limitOf(issue.origin, 'at most', issue.maximum)}`;
    case 'invalid_value':
      return `it must be ${choiceOf(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'unrecognized_keys':
      return `"${issue.keys.join('", "')}" is unknown`;
    default:
      return NO_WORDS.test(issue.message) ? 'it has the wrong form' : issue.message;
  }
}

const choiceOf = (values: readonly (string | undefined)[]): string =>
  `${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`;

function limitOf(origin: string, bound: string, limit: number | bigint): string {
  const counted = COUNTED[origin];
  return counted === undefined ? `be ${bound} ${limit}` : `have ${bound} ${limit}${counted}`;
}
