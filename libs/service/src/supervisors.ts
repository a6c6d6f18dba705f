/** What service managers expect: "ready" for pm2 and our own supervisor, READY=1 for systemd. */
import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';

/** Announces that the service is answering; without a service manager nothing happens. */
export function announceReady(onTrouble: (sentence: string) => void): void {
  process.send?.('ready');
  if (!process.env['NOTIFY_SOCKET']) return;
  // A datagram to a unix socket, which Node cannot send; the program comes with systemd.
  const notify = spawn('systemd-notify', ['--ready'], { stdio: 'ignore' });
  notify.once('error', ({ message }) =>
    onTrouble(`systemd could not be notified: ${message}. Is systemd-notify installed?`),
  );
}

/** What a service says to its supervisor when it begins to end by itself: the exit code that it will have. */
export interface Ending {
  readonly ending: number;
}

/** Announces that this process ends within the time that a stop may take; whoever supervises it may then kill it. */
export function announceEnd(exitCode: number): void {
  const said: Ending = { ending: exitCode };
  // A supervisor that is gone needs to know nothing.
  process.send?.(said, undefined, {}, () => undefined);
}

/** The exit code in that message, or undefined if it is another one. */
export function endingOf(message: unknown): number | undefined {
  if (typeof message !== 'object' || message === null || !('ending' in message)) return undefined;
  return typeof message.ending === 'number' ? message.ending : undefined;
}

/** The terminal this process was started from, if any; it disappears when its window is closed. */
export class Terminal {
  readonly #had = hasTerminal();

  /** True once the terminal was closed: SIGHUP then means the end, and otherwise "read your configuration". */
  isGone(): boolean {
    return this.#had && !hasTerminal();
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
