/** Network namespaces for transfer benchmarks: one hub, spokes to it over veth, each slowed on demand. Nothing leaves them. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { reasonOf } from '@iwanto/wire';

const COMMAND_LIMIT_MS = 10_000;
/** A token bucket large enough for a gigabit, and half a second of queue at most. */
const SHAPER = ['burst', '512kb', 'latency', '50ms'] as const;

function ip(...words: string[]): void {
  execFileSync('ip', words, { timeout: COMMAND_LIMIT_MS, stdio: ['ignore', 'pipe', 'pipe'] });
}

const NAME = /^iwb(\d+)n\d+$/;

/** Namespaces, and what still runs in them, left by a killed benchmark. */
function removeStale(): void {
  const read = (...words: string[]) => execFileSync('ip', words, { encoding: 'utf8' });
  for (const line of read('netns', 'list').split('\n')) {
    const name = line.split(' ')[0] ?? '';
    const owner = NAME.exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    for (const pid of read('netns', 'pids', name).split('\n').filter(Boolean)) {
      process.kill(Number(pid), 'SIGKILL');
    }
    ip('netns', 'del', name);
  }
}

/** Why no namespaces can be made here, or undefined. */
export function netImpossible(): string | undefined {
  const trial = `iwb${process.pid}try`;
  try {
    ip('netns', 'add', trial);
    ip('netns', 'del', trial);
    return undefined;
  } catch (cause) {
    return `network namespaces cannot be made: ${reasonOf(cause).split('\n')[0] ?? ''}`;
  }
}

export interface BenchNet {
  /** Starts a program at the hub (0) or at a spoke (1 and up). */
  spawn(at: number, words: readonly string[], env: NodeJS.ProcessEnv): ChildProcess;
  /** Starts any program there. */
  spawnProgram(at: number, words: readonly string[]): ChildProcess;
  /** Runs any program there to its end. */
  run(
    at: number,
    words: readonly string[],
    limitMs: number,
  ): { status: number | null; stdout: string; stderr: string };
  /** The address of a spoke as the hub sees it. */
  address(spoke: number): string;
  /** Limits what a spoke sends, in megabits per second. */
  shape(spoke: number, megabits: number): void;
  remove(): void;
}

export function makeNet(spokes: number): BenchNet {
  removeStale();
  const name = (at: number) => `iwb${process.pid}n${at}`;
  const sysctl = (at: number, setting: string) =>
    ip('netns', 'exec', name(at), 'sysctl', '-qw', setting);
  const inside = (at: number, ...words: string[]) => ip('-n', name(at), ...words);
  for (let at = 0; at <= spokes; at += 1) {
    ip('netns', 'add', name(at));
    inside(at, 'link', 'set', 'lo', 'up');
    // Every kernel has it and allows it here. BBR, the default of some, paces packets by timers: less than half the rate.
    sysctl(at, 'net.ipv4.tcp_congestion_control=reno');
  }
  for (let at = 1; at <= spokes; at += 1) {
    const pair = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', name(at)];
    ip('-n', name(0), 'link', 'add', `spoke${at}`, ...pair);
    inside(0, 'addr', 'add', `10.78.${at}.1/24`, 'dev', `spoke${at}`);
    inside(at, 'addr', 'add', `10.78.${at}.2/24`, 'dev', 'eth0');
    inside(0, 'link', 'set', `spoke${at}`, 'up');
    inside(at, 'link', 'set', 'eth0', 'up');
    inside(at, 'route', 'add', 'default', 'via', `10.78.${at}.1`);
  }
  // Spokes reach each other through the hub.
  sysctl(0, 'net.ipv4.ip_forward=1');
  return {
    spawn: (at, words, env) =>
      spawn('ip', ['netns', 'exec', name(at), process.execPath, ...words], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    spawnProgram: (at, words) =>
      spawn('ip', ['netns', 'exec', name(at), ...words], { stdio: 'ignore' }),
    run: (at, words, timeout) =>
      spawnSync('ip', ['netns', 'exec', name(at), ...words], { timeout, encoding: 'utf8' }),
    address: (spoke) => `10.78.${spoke}.2`,
    shape: (spoke, megabits) => {
      const rule = ['dev', 'eth0', 'root', 'tbf', 'rate', `${megabits}mbit`, ...SHAPER];
      const words = ['netns', 'exec', name(spoke), 'tc', 'qdisc', 'replace', ...rule];
      ip(...words);
    },
    remove: () => {
      for (let at = 0; at <= spokes; at += 1) ip('netns', 'del', name(at));
    },
  };
}
