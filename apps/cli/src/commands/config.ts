/** `iwanto config get|set|unset|path|list`: the configuration, changed in the file and in the running services. */
import {
  type ConfigValue,
  EXIT,
  type Paths,
  environmentName,
  explainConfig,
  homePaths,
  leavesOf,
  readConfig,
  nearest,
  schemaFor,
  typedValue,
} from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { changeConfig } from '../change-config.js';
import { commandOf } from '../command.js';
import { pathFrom } from '../input.js';
import { jsonLine, remark, say, shown } from '../print.js';
import { printTable } from '../screen/table.js';

const ACTIONS = ['get', 'set', 'unset', 'list', 'path'] as const;

/** Values of these keys are paths: what is typed may be relative or begin with ~. */
const PATH_KEYS = ['share', 'downloadDir'];

export const command = commandOf({
  options: (words) =>
    words
      .positional('action', { choices: ACTIONS, demandOption: true, describe: 'What to do' })
      .positional('key', { type: 'string', describe: 'The key, such as ports.election' })
      .positional('values', { type: 'string', array: true, describe: 'The new value or values' })
      .option('show-origin', {
        type: 'boolean',
        default: false,
        describe: 'Where values come from',
      })
      .example('iwanto config list --show-origin', 'Every value, and where it comes from')
      .example('iwanto config set logLevel debug', 'Permanently, and without a restart')
      .example('iwanto config set interfaces eth0 wlan0', 'A list: words, commas, or JSON')
      .epilogue('The environment overrides the file: IWANT_LOG_LEVEL, IWANT_PORTS_ELECTION, …'),
  run: async ({ action, key, values, showOrigin, json }) => {
    const paths = homePaths();
    if (action === 'path') say(json ? jsonLine({ file: paths.configFile }) : paths.configFile);
    else if (action === 'list') await list(paths, showOrigin, json);
    else if (action === 'get') await get(paths, key, json);
    else
      await change(paths, { key: knownKey(paths, key), values, unset: action === 'unset' }, json);
    return EXIT.done;
  },
});

const plain = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

async function list(paths: Paths, showOrigin: boolean, json: boolean): Promise<void> {
  const values = await explainConfig(paths);
  await warn(paths);
  if (json) say(jsonLine({ file: paths.configFile, values }));
  else if (showOrigin) {
    printTable(
      [{ title: 'KEY' }, { title: 'VALUE' }, { title: 'ORIGIN' }],
      values.map((one) => [one.key, shown(plain(one.value)), shown(originText(one))]),
    );
  } else for (const { key, value } of values) say(`${key} = ${shown(plain(value))}`);
}

const originText = ({ source, origin }: ConfigValue): string =>
  source === 'default' ? 'default' : `${source} ${origin}`;

async function warn(paths: Paths): Promise<void> {
  for (const warning of (await readConfig(paths)).warnings) remark(shown(warning));
}

async function get(paths: Paths, key: string | undefined, json: boolean): Promise<void> {
  const known = knownKey(paths, key);
  const found = (await explainConfig(paths)).find((one) => one.key === known);
  if (json) say(jsonLine(found));
  else if (Array.isArray(found?.value)) for (const item of found.value) say(shown(plain(item)));
  else say(shown(plain(found?.value)));
}

const defaultsOf = (paths: Paths) => schemaFor(paths).parse({});

function knownKey(paths: Paths, key: string | undefined): string {
  const known = leavesOf(defaultsOf(paths));
  if (key === undefined) {
    throw new Failure('E_BAD_REQUEST', `Name a key; there are: ${known.join(', ')}.`);
  }
  if (known.includes(key)) return key;
  const near = nearest(key, known);
  const advice = near === undefined ? `there are: ${known.join(', ')}.` : `did you mean "${near}"?`;
  throw new Failure('E_BAD_REQUEST', `"${key}" is not a key of the configuration; ${advice}`);
}

interface Change {
  readonly key: string;
  readonly values: readonly string[] | undefined;
  readonly unset: boolean;
}

async function change(paths: Paths, { key, values, unset }: Change, json: boolean): Promise<void> {
  const value = unset ? undefined : valueFrom(paths, key, values ?? []);
  const reloaded = await changeConfig(paths, { [key]: value });
  const now = (await explainConfig(paths)).find((one) => one.key === key);
  if (json) say(jsonLine({ ...now, services: reloaded }));
  else say(`${key} = ${shown(plain(now?.value))}`);
  if (now?.source === 'environment') {
    remark(`${environmentName(key)} in the environment overrides the file.`);
  }
}

function valueFrom(paths: Paths, key: string, words: readonly string[]): unknown {
  if (words.length === 0) {
    throw new Failure('E_BAD_REQUEST', `Name the value: "iwanto config set ${key} VALUE".`);
  }
  const value = typedValue(key, words, defaultsOf(paths));
  if (!PATH_KEYS.includes(key)) return value;
  const absolute = (item: unknown) => (typeof item === 'string' ? pathFrom(item) : item);
  return Array.isArray(value) ? value.map(absolute) : absolute(value);
}
