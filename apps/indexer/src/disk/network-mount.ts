/** Whether a folder is on a file system that reports no changes made by other hosts. */
import { statfsSync } from 'node:fs';
import { mountOf, networkMount, readMounts } from './mounts.js';

const FUSE = 0x65735546;

/** Magic numbers of network file systems, from the `statfs` manual page of Linux. */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x01021997, '9P'],
  [FUSE, 'FUSE'],
]);

/** The kind of network file system that `path` is on, or undefined if it is a local one. */
export function networkMountOf(path: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    // The type is signed on some systems: compare the lower 32 bits.
    const type = statfsSync(path).type >>> 0;
    return type === FUSE && isLocal(path) ? undefined : NETWORK_TYPES.get(type);
  } catch (cause) {
    if (cause instanceof Error) return undefined;
    throw cause;
  }
}

/** Behind FUSE there may be a disk of this host: NTFS and exFAT often are. */
function isLocal(path: string): boolean {
  const mount = mountOf(readMounts(), path);
  return mount !== undefined && networkMount([mount]) === undefined;
}
