/** Reads the text of a configuration file; every complaint names the key and the line. */
import { Failure, problemOf, reasonOf } from '@iwanto/wire';
import type { z } from 'zod';
import { type Loose, isObject, leavesOf } from './config-schema.js';
import { nearest } from './nearest.js';

/** The object in the file. Throws E_BAD_REQUEST if there is none. */
export function looseFrom(path: string, text: string): Loose {
  const value = parsed(path, text.replace(/^\uFEFF/, ''));
  if (isObject(value)) return value;
  throw new Failure(
    'E_BAD_REQUEST',
    `The configuration ${path} is not an object in braces. Fix or delete it.`,
  );
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new Failure(
      'E_BAD_REQUEST',
      `The configuration ${path} is not JSON: ${reason}. Fix or delete it.`,
    );
  }
}

/** One sentence for the first problem that a schema finds. */
export function wrongValue(path: string, text: string, error: z.ZodError): Failure {
  const keys = error.issues[0]?.path.map(String) ?? [];
  const line = lineOf(text, keys);
  const where = `"${keys.join('.') || 'the whole file'}"${line === undefined ? '' : ` (line ${line})`}`;
  return new Failure(
    'E_BAD_REQUEST',
    `The configuration ${path} is wrong at ${where}: ${problemOf(error)}. Fix or delete it.`,
  );
}

/** The same for a value that has not been written: the file is as good as before. */
export function unfitValue(error: z.ZodError): Failure {
  const key = error.issues[0]?.path.map(String).join('.') ?? '';
  return new Failure('E_BAD_REQUEST', `"${key}" was not changed: ${problemOf(error)}.`);
}

/** One sentence for each unknown key, with the one that was probably meant. */
export function unknownKeys(path: string, text: string, loose: Loose, known: Loose): string[] {
  const leaves = leavesOf(known);
  const groups = Object.keys(known);
  return leavesOf(loose)
    .filter((key) => !leaves.includes(key) && !groups.includes(key))
    .map((key) => {
      const line = lineOf(text, key.split('.'));
      const near = nearest(key, leaves);
      const advice = near === undefined ? '' : `; did you mean "${near}"?`;
      return `The configuration ${path} has an unknown key "${key}" (line ${line ?? 1})${advice || '.'}`;
    });
}

const TOKEN = /"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g;

interface Level {
  /** The key or the index of the value that comes next. */
  at: string;
  readonly isList: boolean;
}

/** The line, from 1, on which the value at `keys` begins in valid JSON; undefined if there is none. */
export function lineOf(text: string, keys: readonly string[]): number | undefined {
  const levels: Level[] = [];
  const wanted = JSON.stringify(keys);
  let found: number | undefined;
  let isKey = false;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === ',') {
      if (level?.isList) level.at = String(Number(level.at) + 1);
      isKey = level?.isList === false;
    } else if (isKey && level && token.startsWith('"')) {
      level.at = JSON.parse(token) as string;
      isKey = false;
      if (JSON.stringify(levels.map(({ at }) => at)) === wanted) found = index;
    } else if (token === '{' || token === '[') {
      levels.push({ at: token === '[' ? '0' : '', isList: token === '[' });
      isKey = token === '{';
    } else if (token === '}' || token === ']') {
      levels.pop();
    } else if (level?.isList && JSON.stringify(levels.map(({ at }) => at)) === wanted) {
      found = index;
    }
  }
  return found === undefined ? undefined : text.slice(0, found).split('\n').length;
}
