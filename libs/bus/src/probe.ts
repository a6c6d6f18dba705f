/** Whether anybody listens on a unix socket: the kernel answers immediately, even for a busy process. */
import { connect } from 'node:net';

/** The kernel answers in microseconds; a machine that swaps may take longer. */
const PROBE_LIMIT_MS = 500;

/** True when nobody listens on `path`: there is no socket, or a killed process left it behind (HOSTILE 24, 31). */
export function nobodyListens(path: string): Promise<boolean> {
  return new Promise((told) => {
    const line = connect(path);
    const tell = (nobody: boolean) => {
      line.destroy();
      told(nobody);
    };
    line.setTimeout(PROBE_LIMIT_MS, () => tell(false));
    line.once('connect', () => tell(false));
    line.once('error', ({ code }: NodeJS.ErrnoException) =>
      tell(code === 'ENOENT' || code === 'ECONNREFUSED'),
    );
  });
}
