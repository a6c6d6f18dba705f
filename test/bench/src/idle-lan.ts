/** One LAN of network namespaces on a bridge, for benchmarks of whole peers. Nothing leaves it. */
import { type ChildProcess, type SpawnOptions, execFileSync, spawn } from 'node:child_process';

const COMMAND_LIMIT_MS = 10_000;

function ip(...words: string[]): void {
  execFileSync('ip', words, { timeout: COMMAND_LIMIT_MS, stdio: ['ignore', 'ignore', 'pipe'] });
}

interface Link {
  readonly stats64: { readonly tx: { readonly bytes: number } };
}

export interface BenchLan {
  /** Starts a program at a host; the first is 1. */
  spawn(host: number, words: readonly string[], options: SpawnOptions): ChildProcess;
  /** Bytes sent to a host so far. */
  receivedBytes(host: number): number;
  remove(): void;
}

export function makeLan(label: string, hosts: number): BenchLan {
  const name = (at: number) => `iwi${process.pid}${label}${at}`;
  const bridge = (...words: string[]) => ip('-n', name(0), ...words);
  ip('netns', 'add', name(0));
  // Without this the bridge drops multicast of groups nobody has reported yet.
  bridge('link', 'add', 'br0', 'type', 'bridge', 'mcast_snooping', '0');
  bridge('link', 'set', 'br0', 'up');
  for (let at = 1; at <= hosts; at += 1) {
    const inside = (...words: string[]) => ip('-n', name(at), ...words);
    ip('netns', 'add', name(at));
    bridge('link', 'add', `port${at}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name(at));
    bridge('link', 'set', `port${at}`, 'master', 'br0', 'up');
    inside('addr', 'add', `10.79.0.${at}/24`, 'dev', 'eth0');
    inside('link', 'set', 'lo', 'up');
    inside('link', 'set', 'eth0', 'up');
  }
  return {
    spawn: (host, words, options) => spawn('ip', ['netns', 'exec', name(host), ...words], options),
    receivedBytes: (host) => {
      // What its port on the bridge sent.
      const words = ['-n', name(0), '-s', '-j', 'link', 'show', `port${host}`];
      const links = JSON.parse(execFileSync('ip', words, { encoding: 'utf8' })) as Link[];
      return links[0]?.stats64.tx.bytes ?? 0;
    },
    remove: () => {
      for (let at = 0; at <= hosts; at += 1) ip('netns', 'del', name(at));
    },
  };
}
