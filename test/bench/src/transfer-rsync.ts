/** The competitor: an rsync daemon at a source and its client at the hub, timed as a user would see it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childSeconds } from './process-cost.js';
import type { BenchNet } from './transfer-net.js';

const PORT = 8_730;
const LIMIT_MS = 120_000;
const START_LIMIT_MS = 3_000;

/** Names are not looked up: if no name server answers, the daemon would wait five seconds for one. */
const SETTINGS = 'use chroot = no\nreverse lookup = no\nuid = root\ngid = root\n';

/** True if the competitor is installed. */
export const hasRsync = (): boolean => spawnSync('rsync', ['--version']).status === 0;

export interface RsyncRun {
  readonly seconds: number;
  /** CPU seconds of the daemon and of its client. */
  readonly cpu: { readonly source: number; readonly downloader: number };
}

/** What rsync needs to copy `from`, below `dir`, from spoke 1 to the hub. */
export async function runRsync(net: BenchNet, dir: string, from: string): Promise<RsyncRun> {
  const config = join(dir, 'rsyncd.conf');
  writeFileSync(config, `${SETTINGS}[bench]\npath = ${dir}\n`);
  const words = ['--daemon', '--no-detach', `--port=${PORT}`, `--config=${config}`];
  const daemon = net.spawnProgram(1, ['rsync', ...words]);
  const into = join(dir, 'rsynced');
  mkdirSync(into);
  try {
    await untilServed(net);
    const url = `rsync://${net.address(1)}:${PORT}/bench/${from}`;
    const startMs = performance.now();
    // The shell reports the CPU time of its child.
    const script = 'rsync -a "$0" "$1" && times';
    const { status, stdout, stderr } = net.run(0, ['sh', '-c', script, url, into], LIMIT_MS);
    if (status !== 0) throw new Error(`rsync failed: ${stderr}`);
    const seconds = (performance.now() - startMs) / 1_000;
    return { seconds, cpu: { source: childSeconds(daemon.pid!), downloader: timesIn(stdout) } };
  } finally {
    daemon.kill('SIGKILL');
    rmSync(into, { recursive: true, force: true });
  }
}

/** The second line of `times`: user and system time of all children, as in 0m1.25s 0m0.5s. */
function timesIn(printed: string): number {
  const times = [...(printed.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  return times.reduce((sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest), 0);
}

async function untilServed(net: BenchNet): Promise<void> {
  const words = ['rsync', `rsync://${net.address(1)}:${PORT}/`];
  const untilMs = performance.now() + START_LIMIT_MS;
  while (net.run(0, words, START_LIMIT_MS).status !== 0) {
    if (performance.now() > untilMs) throw new Error('the rsync daemon did not start');
  }
}
