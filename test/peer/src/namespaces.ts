/** The namespaces of test LANs: whether there can be any, and their end. */
import { reasonOf } from '@iwanto/wire';
import { forgetNames, run } from './lan-commands.js';

/** Every namespace of a LAN is called so, and by the process that made it. */
export const NAME_PREFIX = 'iwanto';

/** Why no LAN can be made here, or undefined if one can. */
export function lanImpossible(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  if (process.geteuid?.() !== 0) return 'network namespaces need root';
  for (const [command, word, pack] of [
    ['ip', '-V', 'iproute2'],
    ['nft', '--version', 'nftables'],
  ] as const) {
    try {
      run(command, word);
    } catch {
      return `the command ${command} is missing (Debian package ${pack})`;
    }
  }
  const trial = `${NAME_PREFIX}-${process.pid}-try`;
  try {
    run('ip', 'netns', 'add', trial);
    run('ip', 'netns', 'del', trial);
    return undefined;
  } catch (error) {
    return `a network namespace could not be made: ${reasonOf(error).split('\n')[0] ?? ''}`;
  }
}

/** Namespaces left by an earlier run that was killed. */
export function removeStale(): void {
  for (const line of run('ip', 'netns', 'list').split('\n')) {
    const [name = ''] = line.split(' ');
    const owner = new RegExp(`^${NAME_PREFIX}-(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || alive(Number(owner))) continue;
    removeNamespace(name);
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export function removeNamespace(name: string): void {
  forgetNames(name);
  try {
    for (const pid of run('ip', 'netns', 'pids', name).split('\n').filter(Boolean)) {
      killQuietly(Number(pid));
    }
    run('ip', 'netns', 'del', name);
  } catch (error) {
    process.stderr.write(`lan: namespace ${name} stays: ${reasonOf(error)}\n`);
  }
}

function killQuietly(pid: number): void {
  if (alive(pid)) process.kill(pid, 'SIGKILL');
}
