/**
 * Refusals of another host's tracker in words of this program: only their codes are trusted (HOSTILE 121), and of
 * these only what the question can be refused with.
 */
import {
  type AnswerOf,
  Failure,
  type FailureCode,
  type PeerId,
  type PeerVerbs,
  type QuestionOf,
} from '@iwanto/wire';

/** The peer verbs that a tracker answers about its book. */
export type BookVerb = 'search' | 'locate' | 'book' | 'holders' | 'added';

/** The sentence for a refusal that answers the question; undefined if the general one applies. */
function sentenceFor<V extends BookVerb>(
  verb: V,
  question: QuestionOf<PeerVerbs, V>,
  code: string,
): string | undefined {
  const { hash, filters } = question as Partial<
    QuestionOf<PeerVerbs, 'locate'> & QuestionOf<PeerVerbs, 'search'>
  >;
  switch (`${verb} ${code}`) {
    case 'locate E_NOT_FOUND':
      return `No peer that is present shares ${hash}.`;
    case 'locate E_AMBIGUOUS':
      return `More than one hash begins with ${hash}. Type more of it.`;
    case 'search E_NOT_FOUND':
      if (filters?.peer === undefined) return undefined;
      return `No peer that is present is called ${filters.peer}; see "iwanto peers".`;
    default:
      return undefined;
  }
}

/** Every question: the tracker is none, has no time, is too old to know it, or the line broke. */
const ALWAYS: readonly FailureCode[] = [
  ...(['E_NOT_LEADER', 'E_NO_LEADER', 'E_LIMIT', 'E_BAD_REQUEST', 'E_UNEXPECTED'] as const),
  ...(['E_TIMEOUT', 'E_NOT_RUNNING', 'E_BAD_ANSWER'] as const),
];

/** What was thrown, in this program's words if another host refused; E_BAD_ANSWER if its answer is invalid. */
export function inOwnWords<V extends BookVerb>(
  verb: V,
  question: QuestionOf<PeerVerbs, V>,
  cause: unknown,
): unknown {
  if (!(cause instanceof Failure)) return cause;
  const { code } = cause;
  const sentence = sentenceFor(verb, question, code);
  if (sentence !== undefined) return new Failure(code, sentence);
  if (ALWAYS.includes(code)) return cause;
  return new Failure(
    'E_BAD_ANSWER',
    `The tracker refused "${verb}" with ${code}, which does not answer it.`,
  );
}

/** The answer, if it really is from the peer that it names. Throws E_BAD_ANSWER. */
export function answerOf<A extends AnswerOf<PeerVerbs, BookVerb>>(peer: PeerId, answer: A): A {
  if (!('leader' in answer) || answer.leader === peer) return answer;
  throw new Failure('E_BAD_ANSWER', `The peer ${peer} answered in the name of another.`);
}
