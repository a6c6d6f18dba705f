/** A LAN of network namespaces on one bridge, whose links can be cut, slowed and made lossy; it never touches the machine's own interfaces. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { type Traffic, nameAddresses, run, trafficOf, writeRules } from './lan-commands.js';
import { NAME_PREFIX, removeNamespace, removeStale } from './namespaces.js';

export { lanImpossible } from './namespaces.js';

/** Hosts of one subnet: their addresses are 10.77.0.1 and up, in the next subnet 10.77.1.1 and up. */
const HOSTS_MAX = 200;

export interface LanHost {
  /** 1 for the first host. */
  readonly number: number;
  /** 0 for the first subnet. */
  readonly subnet: number;
  readonly namespace: string;
  /** IPv4 address on the interface `eth0`. */
  readonly address: string;
  /** Starts a program inside the host; killed at the latest when the LAN is removed. */
  spawn(command: string, words: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Runs `ip` inside the host. */
  ip(...words: string[]): void;
  /** Bytes that its card has sent and received since it was attached. */
  traffic(): Traffic;
  /** A name that stands for these addresses on this host, for all programs that are started later. */
  resolve(name: string, addresses: readonly string[]): void;
}

export interface Lan {
  readonly hosts: readonly LanHost[];
  /** The namespace of the switches and the router. */
  readonly router: string;
  /** Pulls the host's cable. */
  cut(host: LanHost): void;
  /** Plugs it in again. */
  plug(host: LanHost): void;
  /** Removes the host's network card and inserts it again: it is now the last of all interfaces. */
  replug(host: LanHost): void;
  /** Disconnects a subnet from the router; its hosts still reach each other. */
  cutSubnet(subnet: number): void;
  /** Silently drops every TCP connection that others open to the host, as a firewall does. */
  closeToTcp(host: LanHost): void;
  /** Makes the router a home router: hosts of the subnet reach others under its address, and nobody reaches them. */
  translate(subnet: number): void;
  /** Plugs every cable in again and removes every split, one-way cut, loss and block. */
  heal(): void;
  /** Nothing passes between hosts of different groups; hosts in no group reach everybody. */
  split(...groups: readonly (readonly LanHost[])[]): void;
  /** Nothing passes from one host to the other; the way back stays open. */
  cutOneWay(from: LanHost, to: LanHost): void;
  /** Drops this share of all UDP datagrams on every link. */
  loseUdp(percent: number): void;
  /** Drops everything sent to a multicast group, IPv4 and IPv6. */
  blockMulticast(): void;
  /** Limits what the switch sends to the host, in megabits per second. */
  shape(host: LanHost, megabitsPerSecond: number): void;
  /** Ends what still runs inside and deletes every namespace; may be called twice. */
  remove(): void;
}

/** One switch for each subnet, a router between them that forwards no multicast, and the hosts. The state of the links is kept here and written to the switch as one rule set. */
class Switch implements Lan {
  readonly hosts: LanHost[] = [];
  readonly router: string;
  #rules: string[] = [];
  readonly #cutSubnets = new Set<number>();
  #removed = false;
  readonly #onExit = () => this.remove();

  constructor(
    prefix: string,
    private readonly subnets: number,
    hostsEach: number,
  ) {
    this.router = `${prefix}-sw`;
    process.once('exit', this.#onExit);
    run('ip', 'netns', 'add', this.router);
    for (let subnet = 0; subnet < subnets; subnet += 1) this.#addSubnet(prefix, subnet, hostsEach);
    if (subnets > 1)
      run('ip', 'netns', 'exec', this.router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  }

  #addSubnet(prefix: string, subnet: number, hostsEach: number): void {
    const bridge = bridgeOf(subnet);
    // Without this the bridge drops multicast of groups nobody has reported yet.
    this.#inside('link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0');
    this.#inside('link', 'set', bridge, 'up');
    if (this.subnets > 1) this.#inside('addr', 'add', `${routerOf(subnet)}/24`, 'dev', bridge);
    for (let host = 1; host <= hostsEach; host += 1)
      this.hosts.push(this.#plug(prefix, subnet, host, subnet * hostsEach + host));
  }

  #inside(...words: string[]): void {
    run('ip', '-n', this.router, ...words);
  }

  #plug(prefix: string, subnet: number, host: number, number: number): LanHost {
    const namespace = `${prefix}-h${number}`;
    const address = `10.77.${subnet}.${host}`;
    run('ip', 'netns', 'add', namespace);
    run('ip', '-n', namespace, 'link', 'set', 'lo', 'up');
    this.#wire({ namespace, address, number, subnet });
    return {
      number,
      subnet,
      namespace,
      address,
      spawn: (command, words, options = {}) =>
        spawn('ip', ['netns', 'exec', namespace, command, ...words], options),
      ip: (...words) => void run('ip', '-n', namespace, ...words),
      traffic: () => trafficOf(namespace),
      resolve: (name, addresses) => nameAddresses(namespace, name, addresses),
    };
  }

  #wire({
    namespace,
    address,
    number,
    subnet,
  }: Pick<LanHost, 'namespace' | 'address' | 'number' | 'subnet'>): void {
    const veth = ['link', 'add', portOf(number), 'type', 'veth'];
    this.#inside(...veth, 'peer', 'name', 'eth0', 'netns', namespace);
    this.#inside('link', 'set', portOf(number), 'master', bridgeOf(subnet), 'up');
    run('ip', '-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    run('ip', '-n', namespace, 'link', 'set', 'eth0', 'up');
    if (this.subnets > 1)
      run('ip', '-n', namespace, 'route', 'add', 'default', 'via', routerOf(subnet));
  }

  replug(host: LanHost): void {
    run('ip', '-n', host.namespace, 'link', 'del', 'eth0');
    this.#wire(host);
  }

  cut(host: LanHost): void {
    this.#inside('link', 'set', portOf(host.number), 'down');
  }

  plug(host: LanHost): void {
    this.#inside('link', 'set', portOf(host.number), 'up');
  }

  cutSubnet(subnet: number): void {
    this.#inside('addr', 'del', `${routerOf(subnet)}/24`, 'dev', bridgeOf(subnet));
    this.#cutSubnets.add(subnet);
  }

  closeToTcp({ namespace }: LanHost): void {
    writeRules(namespace, [
      'table inet closed {',
      'chain input { type filter hook input priority 0; tcp flags & (syn | ack) == syn drop; }',
      '}',
    ]);
  }

  translate(subnet: number): void {
    const inside = `10.77.${subnet}.0/24`;
    writeRules(this.router, [
      'table ip home {',
      `chain out { type nat hook postrouting priority srcnat; ip saddr ${inside} ip daddr != ${inside} masquerade; }`,
      'chain in { type filter hook forward priority 0;',
      `ct state established,related accept; ct status dnat accept; ip daddr ${inside} ip saddr != ${inside} drop; }`,
      '}',
    ]);
  }

  heal(): void {
    for (const subnet of this.#cutSubnets)
      this.#inside('addr', 'add', `${routerOf(subnet)}/24`, 'dev', bridgeOf(subnet));
    this.#cutSubnets.clear();
    this.#rules = [];
    this.#writeRules();
    for (const host of this.hosts) this.plug(host);
  }

  split(...groups: readonly (readonly LanHost[])[]): void {
    for (const from of groups) {
      for (const to of groups) {
        if (from === to) continue;
        this.#rules.push(`iifname ${portsOf(from)} oifname ${portsOf(to)} drop`);
      }
    }
    this.#writeRules();
  }

  cutOneWay(from: LanHost, to: LanHost): void {
    this.#rules.push(`iifname ${portsOf([from])} oifname ${portsOf([to])} drop`);
    this.#writeRules();
  }

  loseUdp(percent: number): void {
    // Counted in thousandths, so that fractions of a percent are possible.
    const thousandths = Math.round(percent * 10);
    const chance = thousandths >= 1000 ? '' : `numgen random mod 1000 < ${thousandths}`;
    this.#rules.push(`meta l4proto udp ${chance} drop`);
    this.#writeRules();
  }

  blockMulticast(): void {
    this.#rules.push('ether type ip ip daddr 224.0.0.0/4 drop');
    this.#rules.push('ether type ip6 ip6 daddr ff00::/8 meta l4proto udp drop');
    this.#writeRules();
  }

  shape(host: LanHost, megabitsPerSecond: number): void {
    const bucket = ['rate', `${megabitsPerSecond}mbit`, 'burst', '256kb', 'latency', '50ms'];
    const port = portOf(host.number);
    run('tc', '-n', this.router, 'qdisc', 'replace', 'dev', port, 'root', 'tbf', ...bucket);
  }

  #writeRules(): void {
    const lines = [
      // Added first, so that deleting works on a switch without rules too: one transaction.
      ...['add table bridge iwanto', 'delete table bridge iwanto', 'table bridge iwanto {'],
      ...['chain links {', 'type filter hook forward priority 0;', ...this.#rules, '}', '}', ''],
    ];
    writeRules(this.router, lines);
  }

  remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    process.removeListener('exit', this.#onExit);
    for (const { namespace } of this.hosts) removeNamespace(namespace);
    removeNamespace(this.router);
  }
}

const bridgeOf = (subnet: number) => `br${subnet}`;
const routerOf = (subnet: number) => `10.77.${subnet}.254`;
const portOf = (number: number) => `p${number}`;
const portsOf = (hosts: readonly LanHost[]) =>
  `{ ${hosts.map(({ number }) => `"${portOf(number)}"`).join(', ')} }`;

let lansMade = 0;

/** Makes a LAN of `count` hosts; the caller removes it. Throws if `lanImpossible()` gives a reason. */
export function makeLan(count: number): Lan {
  return makeCampus(1, count);
}

/** Makes that many subnets of `hostsEach` hosts, which a router joins; the caller removes it. */
export function makeCampus(subnets: number, hostsEach: number): Lan {
  if (hostsEach < 1 || hostsEach > HOSTS_MAX)
    throw new Error(`a subnet has 1 to ${HOSTS_MAX} hosts`);
  removeStale();
  lansMade += 1;
  return new Switch(`${NAME_PREFIX}-${process.pid}-${lansMade}`, subnets, hostsEach);
}
