/** How many files this process may have open, whether that is enough, and how large a file it may create. */
import { readFileSync } from 'node:fs';
import { Failure } from '@iwanto/wire';

/** An idle service has about 60 descriptors open. */
const NEEDED = 128;
/** With fewer, many simultaneous peers or downloads may run out of them. */
const COMFORTABLE = 1_024;

const OWN_LIMITS = '/proc/self/limits';

const REMEDY = 'raise it with "ulimit -n 4096", or LimitNOFILE= in a systemd unit';

/** The limit of this process; Infinity if the system does not say. Node has raised the soft limit to the hard one. */
export function descriptorLimit(limitsFile = OWN_LIMITS): number {
  return limitOf('Max open files', limitsFile);
}

/** The largest file that this process may create, in bytes (`ulimit -f`); Infinity if the system does not say. */
export function fileSizeLimit(limitsFile = OWN_LIMITS): number {
  return limitOf('Max file size', limitsFile);
}

function limitOf(name: string, limitsFile: string): number {
  try {
    const line = new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(readFileSync(limitsFile, 'utf8'));
    return line?.[1] === undefined ? Infinity : Number(line[1]);
  } catch {
    return Infinity;
  }
}

/** A warning if the limit is low; throws E_BAD_REQUEST if no service can run with it. */
export function descriptorWarning(limit: number): string | undefined {
  if (limit >= COMFORTABLE) return undefined;
  if (limit < NEEDED) {
    throw new Failure(
      'E_BAD_REQUEST',
      `A process may open only ${limit} files here and a service needs ${NEEDED}: ${REMEDY}.`,
    );
  }
  return `A process may open only ${limit} files here, which is few for many peers: ${REMEDY}.`;
}
