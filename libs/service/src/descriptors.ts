/** How many files this process may have open, and whether that is enough. */
import { readFileSync } from 'node:fs';
import { Failure } from '@iwanto/wire';

/** A service that does nothing has about 60 descriptors open. */
const NEEDED = 128;
/** With fewer, many peers or downloads at the same time may find none left. */
const COMFORTABLE = 1_024;

const REMEDY = 'raise it with "ulimit -n 4096", or LimitNOFILE= in a systemd unit';

/** The limit of this process; Infinity where the system does not say. Node has raised the soft limit to the hard one. */
export function descriptorLimit(limitsFile = '/proc/self/limits'): number {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync(limitsFile, 'utf8'));
    return line?.[1] === undefined || line[1] === 'unlimited' ? Infinity : Number(line[1]);
  } catch {
    return Infinity;
  }
}

/** A warning where the limit is low; throws E_BAD_REQUEST where no service can run with it. */
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
