/** The folder a command is typed in, which may have been deleted meanwhile: most commands do not need it. */
import { isAbsolute } from 'node:path';

let lost = false;

/** Goes to `/` if the working folder is gone; nothing in Node or yargs works without one. */
export function leaveLostFolder(): void {
  try {
    process.cwd();
  } catch {
    lost = true;
    process.chdir('/');
  }
}

/** True if a path cannot be understood: it is relative to a folder that is gone. */
export const isLost = (path: string): boolean => lost && !isAbsolute(path);
