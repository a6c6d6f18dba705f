/** How a command ends: one sentence and an exit code for every failure, 130 on Ctrl-C. */
import type { Words } from './refusal.js';
import { UsageError, usageSentence } from './usage.js';

const EXIT_USAGE = 2;
const EXIT_CTRL_C = 130;

const SHOW_CURSOR = '\u001b[?25h';

let lastWords: string | undefined;

function onInterrupt(): void {
  if (process.stderr.isTTY) process.stderr.write(`${SHOW_CURSOR}\n`);
  if (lastWords !== undefined) process.stderr.write(`${lastWords}\n`);
  process.exit(EXIT_CTRL_C);
}

/** Ctrl-C ends the command with 130 and a terminal as it was. */
export function interruptible(): void {
  process.once('SIGINT', onInterrupt);
}

/** For a process with an orderly end of its own: it handles Ctrl-C itself. */
export function notInterruptible(): void {
  process.removeListener('SIGINT', onInterrupt);
}

/** What Ctrl-C prints from now on: what the services continue regardless. */
export function whenInterrupted(sentence: string): void {
  lastWords = sentence;
}

/** Prints why the command failed - for people on stderr, with --json also on stdout - and returns the exit code. */
export async function explain(
  cause: unknown,
  words: readonly string[],
  spellings: readonly string[],
): Promise<number> {
  const { jsonLine, shown, styledError } = await import('./print.js');
  const { code, sentence, exit } = await wordsOf(cause, words, spellings);
  const options = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  process.stderr.write(`${styledError('red', 'iwanto:')} ${shown(sentence)}\n`);
  if (options.includes('--json')) process.stdout.write(`${jsonLine({ error: code, sentence })}\n`);
  if (options.includes('--verbose') && cause instanceof Error && !(cause instanceof UsageError)) {
    process.stderr.write(`${shown(cause.stack ?? '').replaceAll('\\x0a', '\n')}\n`);
  }
  return exit;
}

async function wordsOf(
  cause: unknown,
  words: readonly string[],
  spellings: readonly string[],
): Promise<Words> {
  // What yargs itself refuses, and values it cannot take, are usage too.
  if (cause instanceof UsageError || (cause instanceof Error && cause.name === 'YError')) {
    return {
      code: 'E_BAD_REQUEST',
      sentence: usageSentence(cause, words, spellings),
      exit: EXIT_USAGE,
    };
  }
  const { refusalOf } = await import('./refusal.js');
  return refusalOf(cause);
}
