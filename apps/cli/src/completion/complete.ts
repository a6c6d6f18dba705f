/** What could complete a command line that is being typed. */
import {
  type CommandOutline,
  GLOBAL_OPTIONS,
  type OptionOutline,
  outlineOf,
} from '../manual/outline.js';
import { COMMANDS } from '../table.js';
import { FOLDERS } from './scripts.js';
import { type Place, type Suggest, type Suggestion, suggestors } from './suggestions.js';

/** Prints one suggestion per line, its meaning after a tab: the format that the shells' scripts read. */
export async function printCompletions(words: readonly string[]): Promise<void> {
  const typed = words[0] === '--' ? words.slice(1) : words;
  for (const { value, about } of await completionsOf(typed, suggestors)) {
    process.stdout.write(about === '' ? `${value}\n` : `${value}\t${about}\n`);
  }
}

/** What can follow `words`, the last of which is incomplete, perhaps empty. */
export async function completionsOf(
  words: readonly string[],
  suggest: Suggest,
): Promise<Suggestion[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const at = before.findIndex((word) => !word.startsWith('-'));
  const row = COMMANDS.find(({ name }) => name === before[at]);
  const fitting = ({ value }: Suggestion) => value === FOLDERS || value.startsWith(current);
  if (at < 0 || before[at] === 'help') return firstWords(current).filter(fitting);
  if (row === undefined) return [];
  const line = { outline: await outlineOf(row), typed: before.slice(at + 1), current };
  return (await nextWords(line, suggest)).filter(fitting);
}

function firstWords(current: string): Suggestion[] {
  if (current.startsWith('-')) return GLOBAL_OPTIONS.map(optionSuggestion);
  return COMMANDS.map(({ name, about }) => ({ value: name, about }));
}

interface Line {
  readonly outline: CommandOutline;
  /** The words between the command and the one that is being typed. */
  readonly typed: readonly string[];
  readonly current: string;
}

async function nextWords({ outline, typed, current }: Line, suggest: Suggest) {
  const { options, positionals, name } = outline;
  const takesValue = (word: string | undefined) =>
    options.find((option) => word === `--${option.name}` && option.takesValue);
  const open = takesValue(typed.at(-1));
  if (open) return valuesOf(open, { command: name, typed: [] }, suggest);
  if (current.startsWith('-')) {
    return [...options, ...GLOBAL_OPTIONS]
      .filter((option) => option.isList || !typed.includes(`--${option.name}`))
      .map(optionSuggestion);
  }
  const plain = typed.filter((word, at) => !word.startsWith('-') && !takesValue(typed[at - 1]));
  const positional = positionals[Math.min(plain.length, positionals.length - 1)];
  const isPast = plain.length >= positionals.length && positional?.isList !== true;
  if (positional === undefined || isPast) return [];
  return valuesOf(positional, { command: name, typed: plain }, suggest);
}

async function valuesOf(
  option: OptionOutline,
  place: Place,
  suggest: Suggest,
): Promise<readonly Suggestion[]> {
  if (option.choices.length > 0) {
    return option.choices.map((value) => ({ value, about: option.about }));
  }
  return (await suggest[option.name]?.(place)) ?? [];
}

const optionSuggestion = ({ name, about }: OptionOutline): Suggestion => ({
  value: `--${name}`,
  about,
});
