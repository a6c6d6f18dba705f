/** Which mounted file system a folder lies on, so that a disk that is away is not mistaken for its mount point. */
import { readFileSync } from 'node:fs';

const MOUNTS = '/proc/self/mountinfo';
/** The column of the mount point in a line of mountinfo. */
const POINT_COLUMN = 4;

/** Spaces and the like stand as octal numbers there. */
const plain = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

/** The mount point above `path`, which is real; undefined where the system does not say. */
export function mountPointOf(path: string, mounts = mountTable()): string | undefined {
  let best: string | undefined;
  for (const line of mounts?.split('\n') ?? []) {
    const point = plain(line.split(' ')[POINT_COLUMN] ?? '');
    const isAbove = point === '/' || path === point || path.startsWith(`${point}/`);
    if (point !== '' && isAbove && point.length >= (best?.length ?? 0)) best = point;
  }
  return best;
}

function mountTable(): string | undefined {
  try {
    return readFileSync(MOUNTS, 'utf8');
  } catch {
    return undefined;
  }
}
