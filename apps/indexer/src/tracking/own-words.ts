/** Refusals of another host's tracker in words of this program: only their codes are believed (HOSTILE 121). */
import { type AnswerOf, Failure, type PeerId, type PeerVerbs, type QuestionOf } from '@iwanto/wire';
import type { BookVerb } from './leader-line.js';

/** The sentence for a refusal that answers the question; undefined where the general one must do. */
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
      return `${hash} begins more than one hash. Type more of it.`;
    case 'search E_NOT_FOUND':
      return `No peer that is present is called ${filters?.peer}; see "iwanto peers".`;
    default:
      return undefined;
  }
}

/** What was thrown, in own words where another host refused an answer. */
export function inOwnWords<V extends BookVerb>(
  verb: V,
  question: QuestionOf<PeerVerbs, V>,
  cause: unknown,
): unknown {
  if (!(cause instanceof Failure)) return cause;
  const sentence = sentenceFor(verb, question, cause.code);
  return sentence === undefined ? cause : new Failure(cause.code, sentence);
}

/** The answer, where it comes from whom it says. Throws E_BAD_ANSWER. */
export function answerOf<A extends AnswerOf<PeerVerbs, BookVerb>>(peer: PeerId, answer: A): A {
  if (!('leader' in answer) || answer.leader === peer) return answer;
  throw new Failure('E_BAD_ANSWER', `The peer ${peer} answered in the name of another.`);
}
