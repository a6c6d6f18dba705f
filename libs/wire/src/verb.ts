/** The shape of one row of a contract table: a question, its answer and how long one may wait. */
import type { z } from 'zod';
import type { WorkTurns } from './work-turns.js';

export interface VerbRow<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  /** One sentence: what the verb does. */
  readonly about: string;
  readonly question: Q;
  readonly answer: A;
  /** How long the asker waits, in ms. */
  readonly limitMs: number;
  /** What the schema cannot express: why an answer does not fit its question, as the end of a sentence. */
  fault?(question: z.output<Q>, answer: z.output<A>): string | undefined;
}

/** A verb whose answers take long: they are made in turns, and everything else gets its own in between. */
export interface DearVerb {
  readonly inTurns: true;
}

export type VerbTable = Readonly<Record<string, VerbRow>>;

/** What an asker writes. */
export type QuestionOf<T extends VerbTable, V extends keyof T> = z.input<T[V]['question']>;

/** What the answering side reads: the question after its schema, defaults filled in. */
export type CheckedQuestionOf<T extends VerbTable, V extends keyof T> = z.output<T[V]['question']>;

/** What the answering side writes. */
export type ReplyOf<T extends VerbTable, V extends keyof T> = z.input<T[V]['answer']>;

/** How the answering side may give an answer. */
export type GivenReply<T extends VerbTable, V extends keyof T> =
  | ReplyOf<T, V>
  | Promise<ReplyOf<T, V>>
  | (T[V] extends DearVerb ? WorkTurns<ReplyOf<T, V>> : never);

/** What the asker reads. */
export type AnswerOf<T extends VerbTable, V extends keyof T> = z.output<T[V]['answer']>;
