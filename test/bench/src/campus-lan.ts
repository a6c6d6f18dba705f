/** Subnets of network namespaces with a router between them that forwards no multicast. Nothing leaves it. */
import { type ChildProcess, type SpawnOptions, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const COMMAND_LIMIT_MS = 10_000;

function run(...words: string[]): string {
  return execFileSync('ip', words, {
    encoding: 'utf8',
    timeout: COMMAND_LIMIT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export interface CampusHost {
  readonly subnet: number;
  readonly address: string;
  spawn(words: readonly string[], options: SpawnOptions): ChildProcess;
  /** Makes a name stand for these addresses, for programs that are started later. */
  resolve(name: string, addresses: readonly string[]): void;
  /** What its card has sent since it was attached. */
  sentBytes(): number;
}

export interface Campus {
  readonly hosts: readonly CampusHost[];
  remove(): void;
}

export function makeCampus(subnets: number, hostsEach: number): Campus {
  const name = (at: number | string) => `iwc${process.pid}-${at}`;
  const router = name('r');
  const hosts: CampusHost[] = [];
  run('netns', 'add', router);
  run('netns', 'exec', router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  for (let subnet = 0; subnet < subnets; subnet += 1) {
    const bridge = `br${subnet}`;
    // Without this the bridge drops multicast of groups nobody has reported yet.
    run('-n', router, 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0');
    run('-n', router, 'link', 'set', bridge, 'up');
    run('-n', router, 'addr', 'add', `10.79.${subnet}.254/24`, 'dev', bridge);
    for (let at = 1; at <= hostsEach; at += 1) {
      const inside = name(hosts.length);
      const [port, address] = [`p${hosts.length}`, `10.79.${subnet}.${at}`];
      run('netns', 'add', inside);
      const veth = ['link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', inside];
      run('-n', router, ...veth);
      run('-n', router, 'link', 'set', port, 'master', bridge, 'up');
      run('-n', inside, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
      for (const device of ['lo', 'eth0']) run('-n', inside, 'link', 'set', device, 'up');
      run('-n', inside, 'route', 'add', 'default', 'via', `10.79.${subnet}.254`);
      hosts.push(hostIn(inside, subnet, address));
    }
  }
  return {
    hosts,
    remove: () => {
      for (const at of [...hosts.keys(), 'r']) {
        rmSync(etcOf(name(at)), { recursive: true, force: true });
        run('netns', 'del', name(at));
      }
    },
  };
}

/** The files that programs in a namespace see in place of those in /etc. */
const etcOf = (namespace: string) => join('/etc/netns', namespace);

const hostIn = (namespace: string, subnet: number, address: string): CampusHost => ({
  ...{ subnet, address },
  spawn: (words, options) => spawn('ip', ['netns', 'exec', namespace, ...words], options),
  resolve: (name, addresses) => {
    mkdirSync(etcOf(namespace), { recursive: true });
    const lines = addresses.map((each) => `${each} ${name}\n`);
    writeFileSync(join(etcOf(namespace), 'hosts'), lines.join(''));
  },
  sentBytes: () => {
    const text = run('-n', namespace, '-s', '-j', 'link', 'show', 'eth0');
    const [link] = JSON.parse(text) as [{ stats64: { tx: { bytes: number } } }];
    return link.stats64.tx.bytes;
  },
});
