/** The manual page, in the language of man(7), made from what the commands say about themselves. */
import { EXIT } from '@iwanto/service';
import { type CommandOutline, GLOBAL_OPTIONS, type OptionOutline } from './outline.js';

/** What each exit code means; the same for all commands. */
const EXIT_MEANINGS: Record<keyof typeof EXIT, string> = {
  done: 'Done.',
  unexpected: 'Something unexpected, or it is already running.',
  usage: 'Wrong use, wrong configuration, or a folder that cannot be used.',
  notFound: 'Nothing has that name or hash.',
  notRunning: 'A service is not running, or there is no leader yet.',
  noSource: 'No source is left that has the content.',
  interrupted: 'Interrupted; the same command resumes.',
  stopped: 'A service was asked to stop and did.',
  unhealthy: 'The doctor found something broken.',
  diskFull: 'The disk is full.',
  targetExists: 'The target exists with other content.',
  verificationFailed: 'The bytes are not those that the hash names.',
  ctrlC: 'Ended by Ctrl-C.',
};

const FILES: readonly (readonly [string, string])[] = [
  ['~/.config/iwanto/config.json', 'The configuration.'],
  ['~/.local/share/iwanto/', 'Keys, databases, remembered peers.'],
  ['~/.local/state/iwanto/', 'Logs, one file per service.'],
  ['$XDG_RUNTIME_DIR/iwanto/', 'Sockets and locks.'],
  ['~/.cache/iwanto/', 'The compiled program, so that commands start faster.'],
  ['.iwantignore', 'In a shared folder: what not to share, in the syntax of a .gitignore.'],
];

/** The whole page for one version of the program. */
export function manPage(commands: readonly CommandOutline[], version: string): string {
  return [
    `.TH IWANTO 1 "" "iwanto ${version}" "User Commands"`,
    '.SH NAME',
    plain('iwanto - type a name, find the file on your LAN, get it fast from everyone who has it'),
    '.SH SYNOPSIS',
    '.B iwanto',
    plain('COMMAND [OPTIONS]'),
    '.SH DESCRIPTION',
    plain(
      'Every host runs three small services that find each other; there is no server. ' +
        'Everything that arrives is verified against the hash that was asked for.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH OPTIONS OF EVERY COMMAND',
    ...GLOBAL_OPTIONS.flatMap(optionLines),
    '.SH EXIT STATUS',
    ...Object.entries(EXIT_MEANINGS).flatMap(([name, meaning]) =>
      item(String(EXIT[name as keyof typeof EXIT]), meaning),
    ),
    '.SH ENVIRONMENT',
    ...item('IWANT_HOME', 'Keeps everything of one peer below this folder; allows a second peer.'),
    ...item('NO_COLOR', 'When set, nothing is printed in colour.'),
    '.SH FILES',
    ...FILES.flatMap(([path, meaning]) => item(path, meaning)),
    '',
  ].join('\n');
}

function commandLines(command: CommandOutline): string[] {
  const { spelling, about, positionals, options, examples, notes } = command;
  return [
    `.SS "iwanto ${quoted(spelling)}"`,
    plain(`${about}.`),
    ...positionals.flatMap((one) => item(one.name, aboutOf(one))),
    ...options.flatMap(optionLines),
    ...notes.flatMap((note) => ['.PP', plain(note)]),
    ...(examples.length > 0 ? ['.PP', 'Examples:'] : []),
    ...examples.flatMap((example) => item(example.command, `${example.about}.`)),
  ];
}

const optionLines = (option: OptionOutline): string[] =>
  item(`--${option.name}${option.takesValue ? ` ${valueName(option)}` : ''}`, aboutOf(option));

const valueName = ({ name }: OptionOutline): string => name.replaceAll('-', '_').toUpperCase();

function aboutOf({ about, choices, initial, isList }: OptionOutline): string {
  const details = [
    ...(choices.length > 0 ? [`one of: ${choices.join(', ')}`] : []),
    ...(initial === undefined ? [] : [`default: ${initial}`]),
    ...(isList ? ['can be given more than once'] : []),
  ];
  return details.length > 0 ? `${about} (${details.join('; ')}).` : `${about}.`;
}

const item = (term: string, meaning: string): string[] => [
  '.TP',
  `.B ${plain(term)}`,
  plain(meaning),
];

/** Text escaped so that roff finds no commands in it. */
function plain(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(
      /[^ -~]/gu,
      (char) => `\\[u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

const quoted = (text: string): string => plain(text).replaceAll('"', '\\(dq');
