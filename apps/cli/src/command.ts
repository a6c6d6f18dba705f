/** What a command is: its options and what it does; loaded only when it is the one that was typed. */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import { endWith } from './streams.js';
import { refuseRepeatedOptions, refuseUnknownOptions } from './usage.js';

/** Options that every command takes. */
export interface Given {
  readonly json: boolean;
  readonly verbose: boolean;
}

export interface Command<T> {
  options(words: Argv<Given>): Argv<Given & T>;
  /** Returns the exit code; undefined if the process continues and ends by itself. */
  run(given: ArgumentsCamelCase<Given & T>): Promise<number | undefined>;
}

/** Lets the types of the options reach `run`. */
export const commandOf = <T>(command: Command<T>): Command<T> => command;

/** One row of the command table: help, manual and completion are made from these rows and their options. */
export interface Row {
  readonly name: string;
  /** The name and what follows it: `download <hash> [folder]`. */
  readonly spelling: string;
  readonly about: string;
  /** Adds itself to the command line; `typed` are the words the user gave. */
  add(words: Argv<Given>, typed: readonly string[]): Argv<Given>;
  /** Declares its options to anything with the interface of a command line. */
  describe(words: Argv<Given>): Promise<void>;
}

/** What a command knows of its options; yargs knows it, but its types do not say so. */
interface Known {
  getOptions(): {
    readonly key: Readonly<Record<string, true>>;
    readonly alias: Readonly<Record<string, readonly string[]>>;
    readonly array: readonly string[];
    readonly boolean: readonly string[];
  };
}

/** Options that are understood, without the positional words, which yargs counts among them. */
function optionsOf(words: Argv<Given>): string[] {
  const { key, alias } = (words as unknown as Known).getOptions();
  return [...Object.keys(key), ...Object.keys(alias), ...Object.values(alias).flat()];
}

/** The spellings of each option that takes one value. */
function singlesOf(words: Argv<Given>): string[][] {
  const { key, alias, array, boolean } = (words as unknown as Known).getOptions();
  return Object.keys(key)
    .filter((name) => !array.includes(name) && !boolean.includes(name))
    .map((name) => [name, ...(alias[name] ?? [])]);
}

/** A row whose file is read only when the command is used, so that each command starts fast. */
export function lazy<T>(
  spelling: string,
  about: string,
  load: () => Promise<{ command: Command<T> }>,
): Row {
  const [name = spelling] = spelling.split(' ');
  const row = (typed: readonly string[]): CommandModule<Given, Given & T> => ({
    command: spelling,
    describe: about,
    builder: async (words: Argv<Given>) => {
      const { command } = await load();
      const known = command.options(words);
      // Before yargs counts the other words: an option it does not know takes one of them as its value.
      if (!typed.includes('--help') && !typed.includes('-h')) {
        refuseUnknownOptions(typed, name, optionsOf(words));
        refuseRepeatedOptions(typed, name, singlesOf(words));
      }
      return known;
    },
    handler: async (given) => {
      const code = await (await load()).command.run(unmarked(given));
      if (code !== undefined) await endWith(code);
    },
  });
  return {
    name,
    spelling,
    about,
    add: (words, typed) => {
      words.command(row(typed));
      return words;
    },
    describe: async (words) => {
      (await load()).command.options(words);
    },
  };
}

/** Marks each word that came after `--`; no word of a command line can hold it. */
const MARK = '\0';

/**
 * The same words without `--`: yargs does not take what follows it for the words of a command,
 * so that a name beginning with a dash could never be searched for.
 */
export function marked(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  if (end < 0) return [...words];
  return [...words.slice(0, end), ...words.slice(end + 1).map((word) => MARK + word)];
}

function unmarked<T extends object>(given: T): T {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    return typeof value === 'string' && value.startsWith(MARK) ? value.slice(1) : value;
  };
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, plain(value)]),
  ) as T;
}
