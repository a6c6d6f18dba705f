/** Paths for unix sockets that only this process uses: in a directory of its own, which goes with the process. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a path may have, in bytes, on the systems where this runs (HOSTILE 22), with room for a number. */
const DIRECTORY_BYTES_MAX = 80;

let directory: string | undefined;
let used = 0;

/** A path that nobody used before. */
export function socketPath(): string {
  if (directory === undefined || !existsSync(directory)) directory = makeDirectory();
  used += 1;
  return join(directory, String(used));
}

/** Mode 0700, as mkdtemp makes it: no other user gets past it. */
function makeDirectory(): string {
  const wished = join(tmpdir(), 'iwanto-');
  const made = mkdtempSync(
    Buffer.byteLength(wished) > DIRECTORY_BYTES_MAX ? '/tmp/iwanto-' : wished,
  );
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}
