/** What is printed: all of it before the process ends, and quiet on a closed pipe. */
import { writeSync } from 'node:fs';

const EXIT_DISK_FULL = 9;

/** A reader that closed the pipe, such as `head`, is not a failure. */
export function guardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOSPC') endOnFullDisk();
      process.exit(error.code === 'EPIPE' ? 0 : 1);
    });
  }
}

/** Written without a stream: the one that cannot be written to may be where errors go. */
function endOnFullDisk(): never {
  try {
    writeSync(2, 'iwanto: The disk is full: the output is incomplete.\n');
  } catch {
    // Then there is only the exit code.
  }
  process.exit(EXIT_DISK_FULL);
}

/** Resolves when all that was written has left the process, or its reader has gone. */
const drained = (stream: NodeJS.WriteStream) =>
  new Promise<void>((done) => {
    stream.write('', () => done());
  });

/** Ends the process once everything is printed: on a pipe, `process.exit` alone cuts it off after 64 KiB. */
export async function endWith(code: number): Promise<never> {
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  process.exit(code);
}
