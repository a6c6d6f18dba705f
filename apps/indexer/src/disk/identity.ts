/** When a file is the same as it was: device, inode, size, mtime and ctime, and never the size alone. */
import type { BigIntStats } from 'node:fs';

/** `device:inode:size:mtimeNs:ctimeNs` */
export type FileIdentity = string & { readonly __brand: 'FileIdentity' };

export function identityOf(stats: BigIntStats): FileIdentity {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}` as FileIdentity;
}

/** The parts of an identity, as the bus tells them. */
export function identityParts(identity: string): {
  device: string;
  inode: string;
  mtimeNs: string;
  ctimeNs: string;
} {
  const [device = '', inode = '', , mtimeNs = '', ctimeNs = ''] = identity.split(':');
  return { device, inode, mtimeNs, ctimeNs };
}

/** What a rename keeps: all but the ctime. Ends with a colon. */
export function renameKey(identity: FileIdentity): string {
  return identity.slice(0, identity.lastIndexOf(':') + 1);
}

/** The file system an identity belongs to. */
export const deviceOf = (identity: string): string => identity.split(':', 1).join();

/** Which directory this is: another one mounted or made in its place has another text. */
export const directoryIdentity = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;
