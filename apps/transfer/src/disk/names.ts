/** The name of a download on this host. */
import { extname } from 'node:path';
import { NAME_BYTES_MAX, nameProblem } from '@iwanto/merkle';
import { Failure, type Kind } from '@iwanto/wire';

/** A name from the network as a single path component; E_VERIFY if it is not one (HOSTILE 58). */
export function checkedName(name: string): string {
  const problem = nameProblem(name);
  if (problem) throw new Failure('E_VERIFY', `The name ${JSON.stringify(name)} ${problem}.`);
  return name;
}

/** A name that the user of this host chose. */
export function chosenName(name: string): string {
  const composed = name.normalize('NFC');
  const problem = nameProblem(composed);
  if (!problem) return composed;
  throw new Failure(
    'E_BAD_REQUEST',
    `--as takes a name, not a path, and ${JSON.stringify(name)} ${problem}.`,
  );
}

/** A name that others chose: never a hidden one, for programs read hidden files without being asked to. */
export function foreignName(name: string): string {
  return checkedName(name).replace(/^\.+/, '_');
}

/** Anything longer, in UTF-8 bytes, is not an extension: the number would not fit before it (HOSTILE 168). */
const EXTENSION_BYTES_MAX = 32;

/** `name (2).ext`: short enough for a file system, whatever the number. */
export function numberedName(name: string, number: number, kind: Kind): string {
  const ending = kind === 'file' ? extname(name) : '';
  const extension = Buffer.byteLength(ending) > EXTENSION_BYTES_MAX ? '' : ending;
  const numbered = ` (${number})${extension}`;
  let stem = name.slice(0, name.length - extension.length);
  while (Buffer.byteLength(stem + numbered) > NAME_BYTES_MAX) {
    stem = Array.from(stem).slice(0, -1).join('');
  }
  return stem + numbered;
}
