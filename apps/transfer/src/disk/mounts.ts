/** Which mounted file system a folder is on, so that the mount point of an absent disk is not mistaken for the disk. */
import { readFileSync } from 'node:fs';

const MOUNTS = '/proc/self/mountinfo';
const TABLE = '/etc/fstab';
/** Where systems mount removable disks. */
const REMOVABLE = ['/mnt/', '/media/', '/run/media/', '/Volumes/'];
/** The column of the mount point in a line of mountinfo. */
const POINT_COLUMN = 4;

/** Spaces and the like are written as octal numbers there. */
const plain = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

/** The mount point above `path`, which is real; undefined if the system does not say. */
export function mountPointOf(path: string, mounts = textOf(MOUNTS)): string | undefined {
  let best: string | undefined;
  for (const line of mounts?.split('\n') ?? []) {
    const point = plain(line.split(' ')[POINT_COLUMN] ?? '');
    const isAbove = point === '/' || path === point || path.startsWith(`${point}/`);
    if (point !== '' && isAbove && point.length >= (best?.length ?? 0)) best = point;
  }
  return best;
}

/** Whether a folder that was never used here belongs to a disk that is not mounted now. */
export function isOnAwayDisk(
  path: string,
  mounts = textOf(MOUNTS),
  table = textOf(TABLE),
): boolean {
  const now = mountPointOf(path, mounts) ?? '/';
  if (now === '/' && REMOVABLE.some((place) => path.startsWith(place))) return true;
  return (table ?? '').split('\n').some((line) => {
    const point = plain(line.trim().split(/\s+/)[1] ?? '');
    const isAbove = path === point || path.startsWith(`${point}/`);
    return point.startsWith('/') && !line.trim().startsWith('#') && isAbove && !within(now, point);
  });
}

const within = (path: string, folder: string) =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
