// Says in one sentence what to do when the compiled SQLite binding is missing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A sentence for the user, or undefined while all is well. */
export function bindingTrouble(workspace) {
  const folder = join(workspace, 'node_modules', 'better-sqlite3');
  if (!existsSync(folder)) return 'The packages are not installed: run `npm ci` first.';
  if (existsSync(join(folder, 'build', 'Release', 'better_sqlite3.node'))) return undefined;
  return (
    'The SQLite binding was not compiled: npm did not run the install script of better-sqlite3, ' +
    'or there is no C++ compiler. Install python3, make and g++, then run ' +
    '`npm rebuild better-sqlite3 --foreground-scripts`.'
  );
}
