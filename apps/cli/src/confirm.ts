/** Asks at a terminal whether a very large download is meant. */
import { createInterface } from 'node:readline/promises';
import { Failure } from '@iwanto/wire';
import { shown } from './print.js';

/** True if the refusal was about size and the user, when there is one to ask, agrees to it. */
export async function confirmed(cause: unknown): Promise<boolean> {
  const isAboutSize =
    cause instanceof Failure && cause.code === 'E_LIMIT' && cause.sentence.includes('--yes');
  if (!isAboutSize || !process.stdin.isTTY || !process.stderr.isTTY) return false;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${shown(cause.sentence)}\nFetch it? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
