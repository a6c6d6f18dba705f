/** The network devices of this host and where its default route leads, as Linux shows them; empty elsewhere. */
import { readFile, readdir } from 'node:fs/promises';

const CLASS = '/sys/class/net';
/** Numbers of <linux/if_arp.h>: Ethernet and everything that looks like it, and the loopback. */
const TYPE_ETHERNET = 1;
const TYPE_LOOPBACK = 772;

export interface Device {
  readonly name: string;
  readonly mtu: number;
  /** A tunnel has no hardware of its own: a VPN, or a point-to-point line. */
  readonly isTunnel: boolean;
  readonly isLoopback: boolean;
  /** A bridge or one end of a pair, as containers and virtual machines use them. */
  readonly isVirtual: boolean;
  /** True if the default route, or both halves of it, lead through this device. */
  readonly hasDefaultRoute: boolean;
}

/** How VPN programs name what looks like Ethernet. */
const TUNNEL_NAME = /^(tun|tap|wg|ppp|utun|tailscale|nordlynx|proton|zt|ipsec|vpn)/;
const VIRTUAL_NAME = /^(docker|br-|veth|virbr|vmnet|vboxnet|podman|cni|lxc|lxd)/;

export async function devices(): Promise<Device[]> {
  const [names, routes] = await Promise.all([
    readdir(CLASS).catch((): string[] => []),
    readFile('/proc/net/route', 'utf8').catch(() => ''),
  ]);
  const defaults = defaultDevices(routes);
  return Promise.all(names.map((name) => deviceOf(name, defaults)));
}

async function deviceOf(name: string, defaults: ReadonlySet<string>): Promise<Device> {
  const [mtu, type] = await Promise.all([numberOf(name, 'mtu'), numberOf(name, 'type')]);
  const isLoopback = type === TYPE_LOOPBACK;
  return {
    name,
    mtu,
    isTunnel: TUNNEL_NAME.test(name) || (type !== TYPE_ETHERNET && !isLoopback),
    isLoopback,
    isVirtual: VIRTUAL_NAME.test(name),
    hasDefaultRoute: defaults.has(name),
  };
}

async function numberOf(name: string, what: string): Promise<number> {
  return Number(await readFile(`${CLASS}/${name}/${what}`, 'utf8').catch(() => '0'));
}

/** The devices of `0.0.0.0/0`, and those that split it into `0.0.0.0/1` and `128.0.0.0/1`, as VPNs do. */
export function defaultDevices(routes: string): ReadonlySet<string> {
  const lines = routes
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  const whole = lines.filter(([, to, , , , , , mask]) => to === '00000000' && mask === '00000000');
  const halves = lines.filter(([, to, , , , , , mask]) => to !== undefined && mask === '00000080');
  const taken = halves.length >= 2 ? halves : cheapest(whole);
  return new Set(taken.map(([name = '']) => name));
}

/** Of several default routes the one with the lowest metric is used. */
function cheapest(routes: string[][]): string[][] {
  const metricOf = (route: string[]) => Number(route[6] ?? 0);
  const least = Math.min(...routes.map(metricOf));
  return routes.filter((route) => metricOf(route) === least);
}
