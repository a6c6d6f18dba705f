/** When a file is the same as it was: device, inode, size, mtime and ctime, and never the size alone. */
import type { BigIntStats } from 'node:fs';

/** `device:inode:size:mtimeNs:ctimeNs` */
export type FileIdentity = string & { readonly __brand: 'FileIdentity' };

/** Stands for the inode number if a file system does not keep it. */
const NO_INODE = 0n;

/** Without `hasInode` the number is left out: the file system may give the same file another one. */
export function identityOf(stats: BigIntStats, hasInode: boolean): FileIdentity {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return `${dev}:${hasInode ? ino : NO_INODE}:${size}:${mtimeNs}:${ctimeNs}` as FileIdentity;
}

/** Whether an identity identifies its file uniquely. */
export const isUnique = (identity: string): boolean => inodeOf(identity) !== String(NO_INODE);

/** Whether the file is as it was when it had that identity. */
export const isAs = (stats: BigIntStats, identity: string): boolean =>
  identityOf(stats, isUnique(identity)) === identity;

const inodeOf = (identity: string): string => identity.split(':', 2)[1] ?? '';

/** The parts of an identity, as sent over the bus. */
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
export const directoryIdentity = ({ dev, ino }: BigIntStats, hasInode: boolean): string =>
  `${dev}:${hasInode ? ino : NO_INODE}`;
