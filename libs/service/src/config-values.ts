/** Values of the configuration as people write them: in the environment and on the command line. */
import { Failure, HOST_FORMS, readHost } from '@iwanto/wire';
import { type Loose, leavesOf, valueAt, withValue } from './config-schema.js';
import { DEFAULT_PORTS } from './config-schema.js';

/** `ports.election` is IWANT_PORTS_ELECTION in the environment. */
export const environmentName = (key: string): string =>
  `IWANT_${key.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase()}`;

/** The values of the environment, for each key that it names; an empty variable is ignored. */
export function fromEnvironment(env: NodeJS.ProcessEnv, defaults: Loose): Loose {
  return leavesOf(defaults).reduce<Loose>((loose, key) => {
    const name = environmentName(key);
    const text = env[name];
    return text ? withValue(loose, key, typedValue(key, [text], defaults, name)) : loose;
  }, {});
}

/** The value of the given words: of the type of the default, such as a number or a list. */
export function typedValue(
  key: string,
  words: readonly string[],
  defaults: Loose,
  whence = key,
): unknown {
  const example = valueAt(defaults, key);
  const [word = ''] = words;
  if (Array.isArray(example)) return listOf(key, words, whence);
  if (words.length !== 1) {
    throw new Failure('E_BAD_REQUEST', `${whence} takes one value, not ${words.length}.`);
  }
  if (typeof example === 'number') return numberOf(word, whence);
  if (typeof example === 'boolean') return booleanOf(word, whence);
  return word;
}

function booleanOf(word: string, whence: string): boolean {
  if (word === 'true' || word === 'false') return word === 'true';
  throw new Failure('E_BAD_REQUEST', `${whence} takes true or false, not "${word}".`);
}

function numberOf(word: string, whence: string): number {
  if (/^-?\d+(\.\d+)?$/.test(word)) return Number(word);
  throw new Failure('E_BAD_REQUEST', `${whence} takes a number, not "${word}".`);
}

/** How a list in JSON begins; an IPv6 address in brackets does not. */
const JSON_LIST = /^\s*\[\s*[\]"{]/;

/** Words, one word with commas, or a list in JSON. */
function listOf(key: string, words: readonly string[], whence: string): unknown[] {
  const [first = ''] = words;
  if (words.length === 1 && JSON_LIST.test(first)) return jsonList(first, whence);
  const items = (words.length === 1 ? first.split(',') : words).filter((item) => item !== '');
  return key === 'peers' ? items.map((item) => peerOf(item, whence)) : [...items];
}

function jsonList(text: string, whence: string): unknown[] {
  try {
    return JSON.parse(text) as unknown[];
  } catch {
    throw new Failure('E_BAD_REQUEST', `${whence} is not a list in JSON: ${text}`);
  }
}

function peerOf(text: string, whence: string): { host: string; port: number } {
  const written = readHost(text);
  if (!written || !/^\d+$/.test(written.port ?? '1'))
    throw new Failure('E_BAD_REQUEST', `${whence}: "${text}" is not a host; write ${HOST_FORMS}.`);
  return { host: written.host, port: Number(written.port ?? DEFAULT_PORTS.election) };
}
