/** What a user types - hashes, paths, addresses - turned into what the services expect, or refused in one sentence. */
import { resolve } from 'node:path';
import { homeDir } from '@iwanto/service';
import { Failure, HASH_PREFIX_CHARACTERS_MIN, HOST_FORMS, readHost } from '@iwanto/wire';
import { isLost } from './working-folder.js';

const HASH_CHARACTERS = 64;
const PORT_MAX = 65_535;

/** A hash or its beginning, in the spelling the services use: lower case, no spaces. */
export function hashFrom(typed: string): string {
  const hash = typed.replace(/\s+/g, '').toLowerCase();
  if (/^[0-9a-f]*$/.test(hash) && hash.length <= HASH_CHARACTERS) {
    if (hash.length >= HASH_PREFIX_CHARACTERS_MIN) return hash;
    throw new Failure(
      'E_BAD_REQUEST',
      `"${typed}" is too short for a hash: give at least ${HASH_PREFIX_CHARACTERS_MIN} of its characters.`,
    );
  }
  throw new Failure(
    'E_BAD_REQUEST',
    `"${typed}" is not a hash: a hash has up to ${HASH_CHARACTERS} of the characters 0-9 and a-f, as "iwanto search" shows it.`,
  );
}

/** An absolute path: services run in another folder than the one the command was typed in. */
export function pathFrom(typed: string): string {
  if (typed === '') throw new Failure('E_BAD_REQUEST', 'The path is empty; name a folder.');
  if (typed.includes('\0'))
    throw new Failure('E_BAD_REQUEST', 'The path contains a NUL character.');
  if (typed === '~' || typed.startsWith('~/'))
    return resolve(homeDir(process.env), `.${typed.slice(1)}`);
  if (isLost(typed)) {
    throw new Failure(
      'E_BAD_PATH',
      `${typed} cannot be found: the current folder was deleted; name an absolute path.`,
    );
  }
  return resolve(typed);
}

/** A host as people write it; without its port if none was written. */
export function hostFrom(typed: string): { host: string; port?: number } {
  const written = readHost(typed);
  if (!written)
    throw new Failure('E_BAD_REQUEST', `"${typed}" is not a host; write ${HOST_FORMS}.`);
  return { host: written.host, ...portFrom(written.port) };
}

function portFrom(typed: string | undefined): { port?: number } {
  if (typed === undefined) return {};
  const port = Number(typed);
  if (/^\d+$/.test(typed) && port >= 1 && port <= PORT_MAX) return { port };
  throw new Failure(
    'E_BAD_REQUEST',
    `"${typed}" is not a port; a port is a number from 1 to ${PORT_MAX}.`,
  );
}

/** A whole number within limits, for an option. */
export function numberFrom(option: string, typed: unknown, range: { min: number; max: number }) {
  const number = typeof typed === 'number' ? typed : Number.NaN;
  if (Number.isInteger(number) && number >= range.min && number <= range.max) return number;
  throw new Failure(
    'E_BAD_REQUEST',
    `--${option} takes a whole number from ${range.min} to ${range.max}.`,
  );
}
