/** Questions of a group and their answers, sealed: whoever can open one is a member, and nobody else learns that there is one. */
import { randomBytes } from 'node:crypto';
import { pack, unpack } from '@iwanto/bus';
import { type Group, type GroupSeal, groupSeal, keysOf } from '@iwanto/service';
import {
  type GroupAnswer,
  type GroupAsk,
  type GroupQuestion,
  type PublicKey,
  groupAnswerSchema,
  groupQuestionSchema,
} from '@iwanto/wire';
import type { z } from 'zod';

/** Part of the protocol. An answer differs from a question, so that nobody can be sent back their own question. */
const QUESTIONS = 'iwanto group questions 1';
const ANSWERS = 'iwanto group answers 1';
const NONCE_BYTES = 16;

interface Sealed {
  readonly nonce: string;
  readonly sealed: Uint8Array<ArrayBuffer>;
}

/** One key of a group, for questions and answers. */
export class GroupSealing {
  readonly #questions: GroupSeal;
  readonly #answers: GroupSeal;

  private constructor(key: string) {
    this.#questions = groupSeal(key, QUESTIONS);
    this.#answers = groupSeal(key, ANSWERS);
  }

  /** One for each key that is accepted; the one that most members have comes first. */
  static of(group: Group): GroupSealing[] {
    return keysOf(group)
      .toReversed()
      .map((key) => new GroupSealing(key));
  }

  sealQuestion(to: PublicKey, ask: GroupAsk, question: unknown): Sealed {
    const nonce = randomBytes(NONCE_BYTES).toString('hex');
    const whole: GroupQuestion = { to, nonce, ask, question };
    return { nonce, sealed: this.#questions.seal(pack(whole)) };
  }

  /** Undefined if another key sealed it, or for another host. */
  openQuestion(sealed: Uint8Array, self: PublicKey): GroupQuestion | undefined {
    const question = opened(this.#questions, sealed, groupQuestionSchema);
    return question?.to === self ? question : undefined;
  }

  sealAnswer(answer: GroupAnswer): Uint8Array<ArrayBuffer> {
    return this.#answers.seal(pack(answer));
  }

  /** Undefined if it is not a member's answer to that question. */
  openAnswer(sealed: Uint8Array, nonce: string): GroupAnswer | undefined {
    const answer = opened(this.#answers, sealed, groupAnswerSchema);
    return answer?.nonce === nonce ? answer : undefined;
  }
}

function opened<S extends z.ZodType>(
  seal: GroupSeal,
  sealed: Uint8Array,
  schema: S,
): z.output<S> | undefined {
  const bytes = seal.open(sealed);
  if (!bytes) return undefined;
  const parsed = schema.safeParse(unpack(bytes));
  return parsed.success ? parsed.data : undefined;
}
