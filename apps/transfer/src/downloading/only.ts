/** Which files are wanted: a pattern as in .gitignore, and of a directory the part that is already here. */
import ignore from 'ignore';
import { Failure, reasonOf } from '@iwanto/wire';
import { type Plan, pathIn } from '../disk/planned.js';

/** The part of a plan that matches `pattern`; folders are kept only if something is in them. */
export function onlyFitting(plan: Plan, pattern: string, isHere: (path: string) => boolean): Plan {
  const fits = matcher(pattern);
  const isWanted = ({ folder, name }: { folder: string; name: string }) => {
    const path = pathIn(folder, name);
    return fits(path) || isHere(path);
  };
  const files = plan.files.filter(isWanted);
  if (files.length === 0) {
    throw new Failure('E_NOT_FOUND', `No file in the directory fits ${JSON.stringify(pattern)}.`);
  }
  const links = plan.links.filter(isWanted);
  const above = new Set<string>();
  for (const { folder } of [...files, ...links]) addAbove(above, folder);
  return {
    ...plan,
    isPart: true,
    files,
    links,
    folders: plan.folders.filter((path) => above.has(path)),
  };
}

/** Throws E_NOT_FOUND if a single file is not one of those that are wanted. */
export function requireFitting(name: string, pattern: string): void {
  if (matcher(pattern)(name)) return;
  const sentence = `${JSON.stringify(name)} does not fit ${JSON.stringify(pattern)}.`;
  throw new Failure('E_NOT_FOUND', sentence);
}

function matcher(pattern: string): (path: string) => boolean {
  try {
    const rules = ignore().add(pattern);
    return (path) => rules.ignores(path);
  } catch (cause) {
    throw new Failure('E_BAD_REQUEST', `--only ${JSON.stringify(pattern)}: ${reasonOf(cause)}.`);
  }
}

function addAbove(above: Set<string>, folder: string): void {
  for (let path = folder; path !== '' && !above.has(path);) {
    above.add(path);
    const cut = path.lastIndexOf('/');
    path = cut < 0 ? '' : path.slice(0, cut);
  }
}
