/** The refusals every verb may answer with, on the bus and between hosts. */
import { z } from 'zod';
import { reasonOf } from './cause.js';

export const FAILURE_CODES = {
  E_BAD_REQUEST: 'The question does not fit its schema or its limits.',
  E_BAD_PATH: 'The path cannot be used for this.',
  E_NOT_FOUND: 'Nothing has that name or hash.',
  E_AMBIGUOUS: 'More than one thing fits the hash prefix.',
  E_NOT_RUNNING: 'The service that should answer is not running.',
  E_NO_LEADER: 'No leader is known yet.',
  E_NOT_LEADER: 'The peer that was asked does not lead.',
  E_TIMEOUT: 'No answer came within the time limit.',
  E_BAD_ANSWER: 'The answer does not fit its question, its schema or its limits.',
  E_NO_SOURCE: 'No peer is left that has the content.',
  E_INTERRUPTED: 'The work stopped half-way and can be resumed.',
  E_DISK_FULL: 'The disk is full.',
  E_EXISTS: 'The target exists with other content.',
  E_VERIFY: 'The bytes are not those that the hash names.',
  E_CHANGED: 'The file changed since it was indexed.',
  E_RANGE: 'The piece does not exist.',
  E_GAP: 'Revisions in between are missing: send the whole catalogue.',
  E_LIMIT: 'A limit on size, number or rate was reached.',
  E_ALREADY_RUNNING: 'Another process already does this for the same home.',
  E_UNEXPECTED: 'An unexpected error occurred.',
} as const;

export type FailureCode = keyof typeof FAILURE_CODES;

/** The longest sentence a refusal may carry, in characters. */
export const SENTENCE_CHARACTERS_MAX = 1_000;

const codes = Object.keys(FAILURE_CODES) as [FailureCode, ...FailureCode[]];

export const failureSchema = z.object({
  code: z.enum(codes),
  sentence: z.string().max(SENTENCE_CHARACTERS_MAX),
});

export type FailureWords = z.infer<typeof failureSchema>;

/** A refusal with a reason: what, where and what to do, in one sentence a user may read. */
export class Failure extends Error {
  constructor(
    readonly code: FailureCode,
    readonly sentence: string,
  ) {
    super(sentence);
    this.name = 'Failure';
  }

  /** The part of this failure that is sent. */
  words(): FailureWords {
    return { code: this.code, sentence: this.sentence.slice(0, SENTENCE_CHARACTERS_MAX) };
  }
}

/** What was thrown, as a refusal; anything else is something that should not have happened. */
export const asFailure = (cause: unknown): Failure =>
  cause instanceof Failure ? cause : new Failure('E_UNEXPECTED', reasonOf(cause));
