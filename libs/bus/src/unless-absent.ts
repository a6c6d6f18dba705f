/** Asks for what may be missing: a service that is down, or has no time, only leaves its part out. */
import { Failure, type FailureCode } from '@iwanto/wire';

const ABSENT: readonly FailureCode[] = [
  'E_NOT_RUNNING',
  'E_NO_LEADER',
  'E_NOT_LEADER',
  'E_TIMEOUT',
  'E_BAD_ANSWER',
  'E_LIMIT',
];

/** The answer, or undefined if nobody can give one now. */
export async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((cause: unknown) => {
    if (cause instanceof Failure && ABSENT.includes(cause.code)) return undefined;
    throw cause;
  });
}
