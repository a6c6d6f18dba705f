/** Whether a file system has stable inode numbers: some give a file another number whenever they read it again. */
import { statfsSync } from 'node:fs';

/** Magic numbers from the `statfs` manual page of Linux. Behind FUSE there may be any file system. */
const WITHOUT_INODES: ReadonlySet<number> = new Set([
  0x4d44, // FAT
  0x2011bab0, // exFAT
  0x65735546, // FUSE
]);

/** False if the inode number at `path` does not show whether it is the same file. */
export function keepsInodes(path: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    // The type is signed on some systems: compare the lower 32 bits.
    return !WITHOUT_INODES.has(statfsSync(path).type >>> 0);
  } catch {
    // What cannot be examined is reported when it is read.
    return true;
  }
}
