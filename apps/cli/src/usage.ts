/** What was typed and is not understood: named as it was typed, with what was probably meant, and where help is. */

/** What was typed is not a command line of ours. */
export class UsageError extends Error {}

/** Steps away at which a word of this many letters is still near: at two steps of three letters everything is. */
const NEAR: readonly (readonly [letters: number, steps: number])[] = [
  [2, 0],
  [4, 1],
];
const NEAR_STEPS_MAX = 2;

/** Steps from one word to the other: a letter more, less, other, or two neighbours swapped. */
export function distance(one: string, other: string): number {
  let [before, last]: [number[], number[]] = [
    [],
    Array.from({ length: other.length + 1 }, (_, at) => at),
  ];
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const same = one[row - 1] === other[at - 1];
      const swapped = one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      const steps = [
        (last[at] ?? 0) + 1,
        (now[at - 1] ?? 0) + 1,
        (last[at - 1] ?? 0) + (same ? 0 : 1),
        ...(swapped ? [(before[at - 2] ?? 0) + 1] : []),
      ];
      now.push(Math.min(...steps));
    }
    [before, last] = [last, now];
  }
  return last[other.length] ?? 0;
}

/** The known word that was probably meant; none where nothing is near. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const most = NEAR.find(([letters]) => typed.length <= letters)?.[1] ?? NEAR_STEPS_MAX;
  return known
    .map((word) => ({ word, far: distance(typed.toLowerCase(), word) }))
    .filter(({ word, far }) => far <= most && far < Math.min(typed.length, word.length))
    .toSorted((a, b) => a.far - b.far)[0]?.word;
}

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

/** The words that are options, as they were typed: up to `--`, without values behind `=` and without numbers. */
const optionsAmong = (words: readonly string[]): string[] => {
  const end = words.indexOf('--');
  return words
    .slice(0, end < 0 ? words.length : end)
    .filter((word) => /^--?[^-\d.]/.test(word))
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

/** Yargs' own words, where ours are clearer. */
const CLEARER: readonly (readonly [RegExp, string])[] = [
  [
    /^Not enough non-option arguments.*$/,
    'An argument is missing (put names that begin with "-" after "--")',
  ],
  [/^Not enough arguments following: (.*)$/, 'The option --$1 needs a value'],
  [/^Invalid values: Argument: (.*), Given: (.*), Choices: /, '$1 cannot be $2; choose from '],
];

/** One sentence for what yargs or we refused: what is wrong, and where help is. */
export function usageSentence(
  cause: Error,
  words: readonly string[],
  commands: readonly string[],
): string {
  if (/see "iwanto /i.test(cause.message)) return cause.message;
  const typed = words.find((word) => /^[^-]/.test(word));
  if (typed !== undefined && !commands.includes(typed)) return notACommand(typed, commands);
  const plain = cause.message
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[.:?]$/, '');
  const message = CLEARER.reduce((text, [pattern, clear]) => text.replace(pattern, clear), plain);
  return `${message}; see "iwanto ${typed === undefined ? '' : `${typed} `}--help".`;
}
