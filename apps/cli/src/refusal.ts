/** What a failed command says and ends with. A file of its own: a command that does not fail never reads it. */
import { exitCodeOf } from '@iwanto/service';
import { Failure, type FailureCode, reasonOf } from '@iwanto/wire';

export interface Words {
  readonly code: FailureCode;
  readonly sentence: string;
  readonly exit: number;
}

export function refusalOf(cause: unknown): Words {
  if (cause instanceof Failure) {
    return { code: cause.code, sentence: cause.sentence, exit: exitCodeOf(cause.code) };
  }
  const sentence = `An unexpected error occurred: ${reasonOf(cause)}. Run it again with --verbose.`;
  return { code: 'E_UNEXPECTED', sentence, exit: exitCodeOf('E_UNEXPECTED') };
}
