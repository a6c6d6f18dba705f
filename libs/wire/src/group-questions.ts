/** What members of a group ask each other, sealed into the verb `group`. */
import { z } from 'zod';
import { FAILURE_CODES, type FailureCode } from './failure.js';
import { publicKeySchema } from './ids.js';

/** The peer verbs that are asked of a member about what its group shares there. */
export const GROUP_ASKS = ['search', 'locate', 'list', 'holders'] as const;
export type GroupAsk = (typeof GROUP_ASKS)[number];

/** Bytes of a sealed question: the longest query and its filters fit. */
export const GROUP_QUESTION_BYTES_MAX = 131_072;

const nonceSchema = z.string().regex(/^[0-9a-f]{32}$/);
const codes = Object.keys(FAILURE_CODES) as [FailureCode, ...FailureCode[]];

export const groupQuestionSchema = z.object({
  /** The CURVE key of the asked host: no other host can forward the question to a member. */
  to: publicKeySchema,
  /** The answer repeats it. */
  nonce: nonceSchema,
  ask: z.enum(GROUP_ASKS),
  /** As the verb of that name takes it. */
  question: z.unknown(),
});
export type GroupQuestion = z.infer<typeof groupQuestionSchema>;

export const groupAnswerSchema = z.object({
  nonce: nonceSchema,
  /** The code of a refusal; then there is no answer. */
  refused: z.enum(codes).optional(),
  answer: z.unknown(),
});
export type GroupAnswer = z.infer<typeof groupAnswerSchema>;
