/** Asking two for one answer: the second is only asked when the first is slow or fails. */
import { setTimeout as delay } from 'node:timers/promises';
import { Failure, type FailureCode, codeOf } from '@iwanto/wire';

/** Refusals that are about the question, not about the peer asked: they count as the answer. */
const ANSWERS: readonly FailureCode[] = [
  'E_NOT_FOUND',
  'E_AMBIGUOUS',
  'E_BAD_REQUEST',
  'E_BAD_PATH',
];

/** How long until a tracker that could not answer is asked once more, in ms. */
const AGAIN_AFTER_MS = 250;

const isAnswer = (cause: unknown): cause is Failure =>
  cause instanceof Failure && ANSWERS.includes(cause.code);

/**
 * The answer of `first`, or of `second` when `first` fails or has not answered within `afterMs`.
 * A refusal of `first` that answers the question is final; one of `second` only when `first` fails too. What `second`
 * does not find may not have reached it yet, as when the leader has just changed: then `first` is asked once more.
 */
export function hedge<T>(
  first: () => Promise<T>,
  second: (() => Promise<T>) | undefined,
  afterMs: number,
): Promise<T> {
  if (!second) return first();
  return new Promise((answered, refused) => {
    let secondAsked: Promise<T> | undefined;
    const askSecond = () => {
      secondAsked ??= second();
      return secondAsked;
    };
    /** The first may still answer, and its refusal weighs more. */
    const leaveItToTheFirst = () => undefined;
    const secondAlone = async () => {
      try {
        return await askSecond();
      } catch (refusal) {
        if (codeOf(refusal) !== 'E_NOT_FOUND') throw refusal;
        await delay(AGAIN_AFTER_MS);
        return first().catch((cause: unknown) => {
          throw isAnswer(cause) ? cause : refusal;
        });
      }
    };
    const timer = setTimeout(() => void askSecond().then(answered, leaveItToTheFirst), afterMs);
    first()
      .then(answered, (cause: unknown) => {
        if (isAnswer(cause)) refused(cause);
        else secondAlone().then(answered, refused);
      })
      .finally(() => clearTimeout(timer));
  });
}

/** Refusals of a tracker that is asked too much: a moment later it may answer. */
const SLOW: readonly FailureCode[] = ['E_TIMEOUT', 'E_LIMIT'];

/** Asks once more if the answer was slow in coming: within what a command waits, one slow answer ends nothing. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof Failure && SLOW.includes(cause.code))) throw cause;
    await delay(AGAIN_AFTER_MS);
    return ask();
  }
}
