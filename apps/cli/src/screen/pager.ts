/** Long answers go through the user's pager if the reader is a person at a terminal. */
import { spawn } from 'node:child_process';
import { notInterruptible } from '../end.js';
import { say } from '../print.js';

/** Options for less: keep colours, leave output that fits on the screen. */
const LESS = 'FRX';

/** Prints the lines; through PAGER (less when it is not set) if they do not fit the screen. */
export async function sayPaged(lines: readonly string[]): Promise<void> {
  const pager = process.env['PAGER'] ?? 'less';
  // A terminal that does not know its height has 0 rows.
  const { isTTY, rows } = process.stdout;
  const fits = !isTTY || !rows || lines.length < rows;
  if (fits || pager === '' || pager === 'cat' || !(await paged(pager, lines))) {
    for (const line of lines) say(line);
  }
}

/** False if the pager cannot be started. */
function paged(pager: string, lines: readonly string[]): Promise<boolean> {
  const child = spawn(pager, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { LESS, ...process.env },
  });
  // While the pager runs it handles Ctrl-C; leaving it early means having read enough.
  notInterruptible();
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  child.stdin.on('error', ignore);
  child.stdin.end(`${lines.join('\n')}\n`);
  return new Promise((ended) => {
    child.once('error', () => ended(false));
    child.once('close', (code) => {
      process.removeListener('SIGINT', ignore);
      ended(code !== SHELL_NOT_FOUND);
    });
  });
}

/** The exit code of a shell for a program that does not exist. */
const SHELL_NOT_FOUND = 127;
