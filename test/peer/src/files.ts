/** Files that follow from their names, and the sum that shows whether two are equal. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A large read costs one trip to the thread pool, a usual one of 64 KiB sixteen for each MiB. */
const READ_BYTES = 1_048_576;

/** Writes a file of `bytes` bytes that follow from its path; folders above it are made. */
export async function writeMade(path: string, bytes: number): Promise<void> {
  const pattern = createHash('sha512').update(path).digest();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.alloc(bytes, pattern));
}

/** SHA-256 of a file: deliberately not the hash that the program itself uses. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: READ_BYTES }), hash);
  return hash.digest('hex');
}
