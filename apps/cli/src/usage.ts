/** Arguments that are not understood: quoted as typed, with what was probably meant, and where help is. */

import { nearest } from '@iwanto/service/nearest';

/** What was typed is not a command line of ours. */
export class UsageError extends Error {}

const meant = (word: string | undefined) => (word === undefined ? '' : `; did you mean "${word}"`);

/** `iwanto help COMMAND` is `iwanto COMMAND --help`. */
export function withoutHelpWord(words: readonly string[], commands: readonly string[]): string[] {
  const [first, command, ...others] = words;
  if (first !== 'help') return [...words];
  if (command === undefined || command.startsWith('-')) return ['--help'];
  if (!commands.includes(command)) throw new UsageError(notACommand(command, commands));
  return [command, ...others, '--help'];
}

const notACommand = (typed: string, commands: readonly string[]): string => {
  const near = nearest(typed, commands);
  return `"${typed}" is not a command${meant(near)}${near === undefined ? ';' : '?'} ${near === undefined ? 'see' : 'See'} "iwanto --help".`;
};

const isNumber = (word: string): boolean => word !== '' && Number.isFinite(Number(word));

/** The words that are options, as they were typed: up to `--`, without values behind `=` and without numbers. */
const optionsAmong = (words: readonly string[]): string[] => {
  const end = words.indexOf('--');
  return words
    .slice(0, end < 0 ? words.length : end)
    .filter((word) => /^--?[^-]/.test(word) && !isNumber(word))
    .map((word) => word.replace(/=.*$/s, ''));
};

/** Throws when an option was typed that the command does not know. */
export function refuseUnknownOptions(
  words: readonly string[],
  command: string,
  known: readonly string[],
): void {
  const spellings = known.map((name) => (name.length === 1 ? `-${name}` : `--${name}`));
  for (const typed of optionsAmong(words)) {
    if (spellings.includes(typed) || spellings.includes(typed.replace(/^--no-/, '--'))) continue;
    const near = nearest(typed.replace(/^-+/, ''), known);
    const advice = typed.startsWith('--') ? '' : '; put names that begin with "-" after "--"';
    const end = near === undefined ? `${advice}; see` : '? See';
    throw new UsageError(
      `Unknown option: ${typed}${meant(near && `--${near}`)}${end} "iwanto ${command} --help".`,
    );
  }
}

/** Throws when an option was typed twice that takes one value: yargs would make a list of the two. */
export function refuseRepeatedOptions(
  words: readonly string[],
  command: string,
  spellings: readonly (readonly string[])[],
): void {
  const typed = optionsAmong(words);
  for (const ways of spellings) {
    const given = typed.filter((word) => ways.includes(word.replace(/^-+/, '')));
    if (given.length < 2) continue;
    throw new UsageError(
      `The option ${given[0]} was given ${given.length} times, but takes one value; see "iwanto ${command} --help".`,
    );
  }
}

/** Yargs' own words, if ours are clearer. */
const CLEARER: readonly (readonly [RegExp, string])[] = [
  [/^Not enough arguments following: (.*)$/, 'The option --$1 needs a value'],
  // In a bundle, which has no locales, yargs words it in the first way.
  [
    /^(?:Implications failed|Missing dependent arguments): (.*) -> (.*)$/,
    'The option --$1 is only for use with --$2',
  ],
  [/^Invalid values: Argument: (.*), Given: (.*), Choices: /, '$1 cannot be $2; choose from '],
];

/** Options that may be typed without a command. */
const OF_ALL_COMMANDS = ['--json', '--verbose', '--version', '--help', '-h'];

const TOO_FEW = /^Not enough non-option arguments: got (\d+)/;

/** The first argument of a command, spelled as in the table, that was not typed. */
function missingSentence(spelling: string, typed: number): string {
  const [, ...needed] = spelling.split(' ');
  const missing = needed[typed]?.replace(/\W/g, '').toUpperCase() ?? 'An argument';
  return `${missing} is missing (put names that begin with "-" after "--")`;
}

/** One sentence for what yargs or we refused: what is wrong, and where help is. `spellings` are the commands with their arguments. */
export function usageSentence(
  cause: Error,
  words: readonly string[],
  spellings: readonly string[],
): string {
  if (/see "iwanto /i.test(cause.message)) return cause.message;
  const commands = spellings.map((spelling) => spelling.replace(/ .*/, ''));
  const typed = words.find((word) => /^[^-]/.test(word));
  if (typed !== undefined && !commands.includes(typed)) return notACommand(typed, commands);
  // Yargs names no option that comes before the command, or without one.
  const [odd] = optionsAmong(
    words.slice(0, typed === undefined ? words.length : words.indexOf(typed)),
  );
  if (odd !== undefined && !OF_ALL_COMMANDS.includes(odd))
    return `Unknown option: ${odd}; see "iwanto --help".`;
  const plain = cause.message
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[.:?]$/, '');
  const tooFew = TOO_FEW.exec(plain);
  const spelling = spellings[commands.indexOf(typed ?? '')] ?? '';
  const message = tooFew
    ? missingSentence(spelling, Number(tooFew[1]))
    : CLEARER.reduce((text, [pattern, clear]) => text.replace(pattern, clear), plain);
  return `${message}; see "iwanto ${typed === undefined ? '' : `${typed} `}--help".`;
}
