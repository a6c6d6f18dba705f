/** What a command says about itself, read from the same rows that its help is made from. */
import type { Argv, Options, PositionalOptions } from 'yargs';
import type { Given, Row } from '../command.js';

export interface OptionOutline {
  readonly name: string;
  readonly about: string;
  /** Whether a word of its own follows it. */
  readonly takesValue: boolean;
  readonly isList: boolean;
  readonly choices: readonly string[];
  readonly initial: string | undefined;
}

export interface CommandOutline {
  readonly name: string;
  readonly spelling: string;
  readonly about: string;
  readonly positionals: readonly OptionOutline[];
  readonly options: readonly OptionOutline[];
  readonly examples: readonly { command: string; about: string }[];
  readonly notes: readonly string[];
}

/** Options that every command takes, as the command line itself declares them. */
export const GLOBAL_OPTIONS: readonly OptionOutline[] = [
  globalOption('json', 'Answer in JSON, for scripts'),
  globalOption('verbose', 'More output'),
  globalOption('help', 'Show help'),
  globalOption('version', 'Show version number'),
];

/** Asks a row what it takes; nothing is run. */
export async function outlineOf(row: Row): Promise<CommandOutline> {
  const listener = new Listener();
  await row.describe(listener.words());
  const { positionals, options, examples, notes } = listener;
  const { name, spelling, about } = row;
  return { name, spelling, about, positionals, options, examples, notes };
}

/** Poses as a command line and records what it is given. */
class Listener {
  readonly positionals: OptionOutline[] = [];
  readonly options: OptionOutline[] = [];
  readonly examples: { command: string; about: string }[] = [];
  readonly notes: string[] = [];

  /** Anything else that a command may set on a command line is not part of its outline. */
  words(): Argv<Given> {
    const heard: Record<string, (...said: never[]) => unknown> = {
      positional: (name: string, said: PositionalOptions) =>
        this.positionals.push(outlineOfOption(name, said)),
      option: (name: string, said: Options) => this.options.push(outlineOfOption(name, said)),
      example: (command: string, about: string) => this.examples.push({ command, about }),
      epilogue: (note: string) => this.notes.push(note),
    };
    const words: object = new Proxy(
      {},
      {
        get:
          (_, said) =>
          (...details: never[]) => {
            heard[String(said)]?.(...details);
            return words;
          },
      },
    );
    return words as Argv<Given>;
  }
}

function outlineOfOption(name: string, said: Options | PositionalOptions): OptionOutline {
  const initial = said.default as unknown;
  return {
    name,
    about: said.describe ?? said.description ?? said.desc ?? '',
    takesValue: said.type !== 'boolean',
    isList: said.array === true,
    choices: (said.choices ?? []).map(String),
    initial: typeof initial === 'string' || typeof initial === 'number' ? `${initial}` : undefined,
  };
}

function globalOption(name: string, about: string): OptionOutline {
  return { name, about, takesValue: false, isList: false, choices: [], initial: undefined };
}
