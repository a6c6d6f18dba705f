/** The command line: one line per command, one place where every failure becomes a sentence and an exit code. */
import { readFileSync } from 'node:fs';
import type { Argv } from 'yargs';
import { type Given, marked } from './command.js';
import { explain, interruptible } from './end.js';
import { type Import, importBy } from './import-apart.js';
import { COMMANDS } from './table.js';
import { UsageError, withoutHelpWord } from './usage.js';
import { endWith, guardStreams } from './streams.js';
import { isLost, leaveLostFolder } from './working-folder.js';

const NAMES = COMMANDS.map(({ name }) => name);
const SPELLINGS = COMMANDS.map(({ spelling }) => spelling);

/** Columns of help texts on a wide terminal. */
const HELP_COLUMNS_MAX = 100;

/** Runs one command line; ends the process with the command's exit code. */
export async function main(words: readonly string[], importing?: Import): Promise<void> {
  if (importing) importBy(importing);
  guardStreams();
  interruptible();
  leaveLostFolder();
  try {
    if (isLost(process.env['IWANT_HOME'] || '/')) {
      throw new UsageError('IWANT_HOME is relative to a folder that was deleted');
    }
    if (words[0] === 'complete') await complete(words.slice(1));
    else if (words[0] === 'trouble') await trouble();
    else await (await commandLine(withoutHelpWord(words, NAMES))).parseAsync();
  } catch (cause) {
    await endWith(await explain(cause, words, SPELLINGS));
  }
}

async function commandLine(words: readonly string[]): Promise<Argv<Given>> {
  const { default: yargs } = await import('yargs');
  const line = yargs(marked(words))
    .scriptName('iwanto')
    .usage('Type a name, find the file on your LAN, get it fast from everyone who has it.')
    .locale('en')
    .option('json', { type: 'boolean', default: false, describe: 'Answer in JSON, for scripts' })
    .option('verbose', { type: 'boolean', default: false, describe: 'More output' })
    .version(version())
    .alias('help', 'h')
    .strict()
    .demandCommand(1, 'Name a command')
    .showHelpOnFail(false)
    .wrap(Math.min(HELP_COLUMNS_MAX, process.stdout.columns || HELP_COLUMNS_MAX))
    .epilogue('Each command explains itself: iwanto help COMMAND')
    .fail((message: string, error: Error | undefined) => {
      throw error ?? new UsageError(message);
    });
  withoutHelpOf(line);
  // If a command is named, yargs need not load the others.
  const named = COMMANDS.filter(({ name }) => name === words[0]);
  const rows = named.length > 0 ? named : COMMANDS;
  return rows.reduce((known, row) => row.add(known, words), line as Argv<Given>);
}

/** What yargs has, but its types do not. */
interface Inside {
  getInternalMethods(): { getUsageInstance(): { cacheHelpMessage(): void } };
}

/** Yargs lays out the help of each command that runs, for its failures; ours print none. It took 10 ms. */
function withoutHelpOf(line: Argv): void {
  (line as unknown as Inside).getInternalMethods().getUsageInstance().cacheHelpMessage = () => {};
}

/** What the completion scripts of the shells ask. */
async function complete(words: readonly string[]): Promise<void> {
  const { printCompletions } = await import('./completion/complete.js');
  await printCompletions(words);
  await endWith(0);
}

/** What a start asks, when all services are ready. */
async function trouble(): Promise<void> {
  const { nameTrouble } = await import('./doctor/name-trouble.js');
  await nameTrouble();
  await endWith(0);
}

function version(): string {
  const own = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(own) as { version: string }).version;
}
