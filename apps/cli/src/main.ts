/** The command line: one line per command, one place where every failure becomes a sentence and an exit code. */
import { readFileSync } from 'node:fs';
import yargs, { type Argv } from 'yargs';
import { type Given, type Row, lazy, marked } from './command.js';
import { endWith, explain, guardStreams, interruptible } from './end.js';
import { UsageError, withoutHelpWord } from './usage.js';
import { isLost, leaveLostFolder } from './working-folder.js';

const COMMANDS: readonly Row[] = [
  lazy('start', 'Run the three services here', () => import('./commands/start.js')),
  lazy('stop', 'Stop the services', () => import('./commands/stop.js')),
  lazy('status', 'Who leads, who is here', () => import('./commands/status.js')),
  lazy('search <name..>', 'Find files by name', () => import('./commands/search.js')),
  lazy('download <hash..>', 'Fetch by hash', () => import('./commands/download.js')),
  lazy('downloads [action]', 'All downloads', () => import('./commands/downloads.js')),
  lazy('pause [hash..]', 'Stop downloads for now', () => import('./commands/pause.js')),
  lazy('resume [hash..]', 'Go on with downloads', () => import('./commands/resume.js')),
  lazy('cancel [hash..]', 'End downloads', () => import('./commands/cancel.js')),
  lazy('limit [direction] [rate..]', 'Limit rates', () => import('./commands/limit.js')),
  lazy('verify <path>', 'Check what was fetched', () => import('./commands/verify.js')),
  lazy('share <path>', 'Share a folder', () => import('./commands/share.js')),
  lazy('unshare <path>', 'Share it no longer', () => import('./commands/unshare.js')),
  lazy('shares', 'What is shared here', () => import('./commands/shares.js')),
  lazy('rescan', 'Look through the shares', () => import('./commands/rescan.js')),
  lazy('peers [action] [host]', 'Who is known', () => import('./commands/peers.js')),
  lazy('view <what>', 'Show the configuration', () => import('./commands/view.js')),
  lazy(
    'config <action> [key] [values..]',
    'Read and change the configuration',
    () => import('./commands/config.js'),
  ),
  lazy('log [service]', 'What the services log', () => import('./commands/log.js')),
  lazy('service <action>', 'Run under systemd', () => import('./commands/service.js')),
  lazy('id', "This host's fingerprint", () => import('./commands/id.js')),
  lazy('doctor [host]', 'Find out what is wrong', () => import('./commands/doctor.js')),
  lazy('election', 'Run this service alone', () => import('./commands/election.js')),
  lazy('indexer', 'Run this service alone', () => import('./commands/indexer.js')),
  lazy('transfer', 'Run this service alone', () => import('./commands/transfer.js')),
];

/** The completion script is a command of yargs' own. */
const NAMES = [...COMMANDS.map(({ name }) => name), 'completion'];

/** Columns of help texts on a wide terminal. */
const HELP_COLUMNS_MAX = 100;

/** Runs one command line; ends the process with the command's exit code. */
export async function main(words: readonly string[]): Promise<void> {
  guardStreams();
  interruptible();
  leaveLostFolder();
  try {
    if (isLost(process.env['IWANT_HOME'] || '/')) {
      throw new UsageError('IWANT_HOME is relative to a folder that was deleted');
    }
    await commandLine(withoutHelpWord(words, NAMES)).parseAsync();
  } catch (cause) {
    await endWith(await explain(cause, words, NAMES));
  }
}

function commandLine(words: readonly string[]): Argv<Given> {
  const line = yargs(marked(words))
    .scriptName('iwanto')
    .usage('Type a name, find the file on your LAN, get it fast from everyone who has it.')
    .locale('en')
    .option('json', { type: 'boolean', default: false, describe: 'Answer in JSON, for scripts' })
    .option('verbose', { type: 'boolean', default: false, describe: 'More output' })
    .completion('completion', 'Print the completion script for bash or zsh')
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
  return COMMANDS.reduce((known, row) => row.add(known, words), line as Argv<Given>);
}

function version(): string {
  const own = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(own) as { version: string }).version;
}
