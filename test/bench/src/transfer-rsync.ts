/** The competitor: an rsync daemon at a source and its client at the hub, timed as a user would see it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchNet } from './transfer-net.js';

const PORT = 8_730;
const LIMIT_MS = 120_000;
const START_LIMIT_MS = 3_000;

/** True where the competitor is installed. */
export const hasRsync = (): boolean => spawnSync('rsync', ['--version']).status === 0;

/** Seconds that rsync takes to copy `from`, below `dir`, from spoke 1 to the hub. */
export async function rsyncSeconds(net: BenchNet, dir: string, from: string): Promise<number> {
  const config = join(dir, 'rsyncd.conf');
  writeFileSync(config, `use chroot = no\nuid = root\ngid = root\n[bench]\npath = ${dir}\n`);
  const words = ['--daemon', '--no-detach', `--port=${PORT}`, `--config=${config}`];
  const daemon = net.spawnProgram(1, ['rsync', ...words]);
  const into = join(dir, 'rsynced');
  mkdirSync(into);
  try {
    await untilServed(net);
    const url = `rsync://${net.address(1)}:${PORT}/bench/${from}`;
    const startMs = performance.now();
    const { status, stderr } = net.run(0, ['rsync', '-a', url, into], LIMIT_MS);
    if (status !== 0) throw new Error(`rsync failed: ${stderr}`);
    return (performance.now() - startMs) / 1_000;
  } finally {
    daemon.kill('SIGKILL');
    rmSync(into, { recursive: true, force: true });
  }
}

async function untilServed(net: BenchNet): Promise<void> {
  const words = ['rsync', `rsync://${net.address(1)}:${PORT}/`];
  const untilMs = performance.now() + START_LIMIT_MS;
  while (net.run(0, words, START_LIMIT_MS).status !== 0) {
    if (performance.now() > untilMs) throw new Error('the rsync daemon did not start');
  }
}
