/** Files of at most one piece: read whole, judged by their root. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type Blake3, FileRootBuilder, fileRoot } from '@iwanto/merkle';
import type { FileHash } from '@iwanto/wire';

/** Never through a link; never waiting for a FIFO's writer. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Whether these bytes are the whole file that a root names. */
export function isContentOf(
  blake3: Blake3,
  { size, root }: { readonly size: number; readonly root: FileHash },
  body: Uint8Array,
): boolean {
  if (body.length !== size) return false;
  if (size === 0) return fileRoot(blake3, 0, undefined) === root;
  const builder = new FileRootBuilder(blake3);
  builder.push(blake3.hash(body));
  return builder.finish(size) === root;
}

/** Fills `body` with the first bytes of a file; returns how many there were. Throws what `open` throws. */
export function readInto(path: string, body: Uint8Array): number {
  const fd = openSync(path, READ_FLAGS);
  try {
    return readSync(fd, body);
  } finally {
    closeSync(fd);
  }
}
