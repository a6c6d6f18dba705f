// Says in one sentence what to do when the packages or the compiled SQLite binding are missing.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** A sentence for the user, or undefined while all is well. */
export function bindingTrouble() {
  let folder;
  try {
    folder = dirname(require.resolve('better-sqlite3/package.json'));
  } catch {
    return 'The packages are not installed: run "npm ci" in the folder of the program.';
  }
  if (existsSync(join(folder, 'build', 'Release', 'better_sqlite3.node'))) return undefined;
  return (
    'The SQLite binding was not compiled: npm did not run the install script of better-sqlite3, ' +
    'or there is no C++ compiler. Install python3, make and g++, then run ' +
    '"npm rebuild better-sqlite3 --foreground-scripts" in the folder of the program.'
  );
}
