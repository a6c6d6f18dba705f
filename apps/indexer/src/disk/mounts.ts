/** What is mounted where (Linux): a mount hides what was below it, and no watcher reports it. */
import { readFileSync } from 'node:fs';
import { codeOf } from '@iwanto/wire';

const MOUNT_TABLE = '/proc/self/mountinfo';

export interface Mount {
  /** Another mount at the same place has another one. */
  readonly id: string;
  readonly path: string;
  /** Of the file system, such as `ext4` or `nfs4`. */
  readonly type: string;
}

/** File systems on which another host may change files unnoticed; `fuseblk` is a disk of this host. */
const NETWORK_TYPES = /^(nfs|cifs|smb|9p|fuse(?!blk)|ceph|afs|ncp)/;

/** File systems of the kernel: it makes what is in them when somebody reads it, and `kcore` alone would be 128 TiB. */
const KERNEL_TYPES =
  /^(proc|sysfs|devtmpfs|devpts|cgroup2?|(security|debug|trace|config|efivar|selinux|ns)fs|bpf|pstore|mqueue|fusectl|binfmt_misc|rpc_pipefs)$/;

/** Blanks, line ends and backslashes are written in octal: `\040`. */
const decoded = (path: string) =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

function readMount(line: string): Mount[] {
  const [before = '', after = ''] = line.split(' - ');
  const [id, , , , path] = before.split(' ');
  const [type] = after.split(' ');
  return id && path && type ? [{ id, path: decoded(path), type }] : [];
}

/** Every mount this process sees; none on systems without such a table. */
export function readMounts(): readonly Mount[] {
  if (process.platform !== 'linux') return [];
  try {
    return readFileSync(MOUNT_TABLE, 'utf8').split('\n').flatMap(readMount);
  } catch (cause) {
    // Without /proc nothing is known about mounts: the scan every five minutes finds them.
    if (codeOf(cause) !== '') return [];
    throw cause;
  }
}

/** The mounts inside a folder, not the one it is on. */
export function mountsIn(mounts: readonly Mount[], folder: string): readonly Mount[] {
  return mounts.filter(({ path }) => path.startsWith(`${folder}/`));
}

/** The mount that a real path is on. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const above = mounts.filter((mount) => isAbove(mount.path, path));
  // Of several at one place the last hides the others.
  return above.findLast((mount) => above.every((other) => other.path.length <= mount.path.length));
}

const isAbove = (point: string, path: string) =>
  point === '/' || path === point || path.startsWith(`${point}/`);

/** The first network file system among some mounts. */
export const networkMount = (mounts: readonly Mount[]): Mount | undefined =>
  mounts.find(({ type }) => NETWORK_TYPES.test(type));

/** Where the kernel shows itself as files; nothing there is on a disk. */
export const kernelMounts = (mounts: readonly Mount[]): readonly Mount[] =>
  mounts.filter(({ type }) => KERNEL_TYPES.test(type));
