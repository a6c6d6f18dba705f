/** Interfaces that come, go and change while iwanto runs: a late address, another one by DHCP, a VPN, IPv6 alone. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, sha256Of, until, writeMade } from '@iwanto/peer';
import { type Lan, type LanHost, lanImpossible, makeCampus, makeLan } from '@iwanto/peer/lan';
import { run } from '@iwanto/peer/lan-commands';

const reason = lanImpossible();
if (reason) process.stderr.write(`interfaces.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const FIND_LIMIT_MS = 20_000;
/** Two checks of the addresses and a new line; generous, because machines are sometimes slow. */
const MOVE_LIMIT_MS = 15_000;

/** Two hosts, the second of which shares one large file and one small one. */
class TwoHosts {
  private constructor(
    readonly root: string,
    readonly lan: Lan,
    readonly peers: readonly [Peer, Peer],
  ) {}

  static async make(lan: Lan): Promise<TwoHosts> {
    const root = await mkdtemp(join(tmpdir(), 'iwanto-interfaces-'));
    await writeMade(join(root, 'shared', 'large.bin'), 60_000_000);
    await writeMade(join(root, 'shared', 'small.bin'), 3_000_000);
    const peers = lan.hosts.map((host) => new Peer(join(root, `h${host.number}`), { host }));
    for (const [at, peer] of peers.entries()) {
      await mkdir(peer.home);
      const share = at === 1 ? [join(root, 'shared')] : [];
      const config = { share, downloadDir: `${peer.home}-downloads` };
      await writeFile(join(peer.home, 'config.json'), JSON.stringify(config));
    }
    return new TwoHosts(root, lan, peers as unknown as [Peer, Peer]);
  }

  get hosts(): [LanHost, LanHost] {
    return this.lan.hosts as unknown as [LanHost, LanHost];
  }

  /** The first host finds and fetches it, bit by bit the same. */
  async fetches(name: string): Promise<void> {
    const [first] = this.peers;
    const { hash } = await first.find(name, name, FIND_LIMIT_MS);
    await first.download(hash);
    const arrived = await sha256Of(join(`${first.home}-downloads`, name));
    expect(arrived).toBe(await sha256Of(join(this.root, 'shared', name)));
  }

  async remove(): Promise<void> {
    for (const peer of this.peers) peer.kill();
    this.lan.remove();
    await rm(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

story('an interface that gets its address late, and then another one', () => {
  let two: TwoHosts;

  beforeAll(async () => {
    two = await TwoHosts.make(makeLan(2));
    const [, second] = two.hosts;
    second.ip('addr', 'flush', 'dev', 'eth0');
    const starts = two.peers.map((peer) => peer.start('--interface', 'eth0'));
    await Promise.all(starts);
  }, 120_000);

  afterAll(() => two.remove());

  test('it is waited for, which status says, and then used', async () => {
    const [, second] = two.peers;
    const { stdout } = await second.run('status');
    expect(stdout).toContain('eth0 has no address');
    two.hosts[1].ip('addr', 'replace', '10.77.0.2/24', 'dev', 'eth0');
    await two.fetches('small.bin');
  }, 90_000);

  test('a running download goes on from a source that gets another address', async () => {
    const [first] = two.peers;
    const [, host] = two.hosts;
    two.lan.shape(two.hosts[0], 80);
    host.ip('addr', 'replace', '10.77.0.2/24', 'dev', 'eth0');
    const { hash } = await first.find('large', 'large.bin', FIND_LIMIT_MS);
    const download = first.download(hash);
    await until('half of it', FIND_LIMIT_MS, async () => {
      const { downloads } = await first.json<{ downloads: { bytesDone: number }[] }>('downloads');
      return downloads.some(({ bytesDone }) => bytesDone > 5_000_000) || undefined;
    });
    host.ip('addr', 'del', '10.77.0.2/24', 'dev', 'eth0');
    host.ip('addr', 'add', '10.77.0.22/24', 'dev', 'eth0');
    const movedMs = performance.now();
    const bytesAt = async () => {
      const { downloads } = await first.json<{
        downloads: { state: string; bytesDone: number }[];
      }>('downloads');
      return downloads.reduce((sum, { bytesDone }) => sum + bytesDone, 0);
    };
    const stopped = await bytesAt();
    await until('pieces from the new address', MOVE_LIMIT_MS, async () =>
      (await bytesAt()) > stopped + 2_000_000 ? true : undefined,
    );
    process.stderr.write(`went on after ${Math.round(performance.now() - movedMs)} ms\n`);
    await download;
    const arrived = await sha256Of(join(`${first.home}-downloads`, 'large.bin'));
    expect(arrived).toBe(await sha256Of(join(two.root, 'shared', 'large.bin')));
  }, 90_000);
});

story('netmasks that differ: /16 beside /24 on one link', () => {
  let two: TwoHosts;

  beforeAll(async () => {
    const lan = makeLan(2);
    const [wide, narrow] = lan.hosts as unknown as [LanHost, LanHost];
    for (const host of [wide, narrow]) host.ip('addr', 'flush', 'dev', 'eth0', 'scope', 'global');
    wide.ip('addr', 'add', '10.77.0.1/16', 'dev', 'eth0');
    narrow.ip('addr', 'add', '10.77.9.2/24', 'dev', 'eth0');
    // The first reaches the second directly, the second the first only over the router.
    narrow.ip('route', 'add', 'default', 'via', '10.77.9.254');
    const router = ['netns', 'exec', lan.router];
    run('ip', '-n', lan.router, 'addr', 'add', '10.77.9.254/16', 'dev', 'br0');
    run('ip', ...router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    two = await TwoHosts.make(lan);
    await Promise.all(two.peers.map((peer) => peer.start()));
  }, 120_000);

  afterAll(() => two.remove());

  test('they join without a command, and a file is fetched', async () => {
    await until('two members on both', FIND_LIMIT_MS, async () => {
      const seen = await Promise.all(two.peers.map((peer) => peer.status()));
      const [one, other] = seen;
      const isOne = seen.every(({ peers }) => peers.length === 2) && one?.leader === other?.leader;
      return isOne ? true : undefined;
    });
    await two.fetches('small.bin');
  }, 60_000);
});

story('a point-to-point VPN beside a LAN card', () => {
  let two: TwoHosts;

  beforeAll(async () => {
    const lan = makeCampus(2, 1);
    // Each has a LAN of its own that does not lead to the other.
    for (const subnet of [0, 1]) lan.cutSubnet(subnet);
    const [first, second] = lan.hosts as unknown as [LanHost, LanHost];
    const veth = ['link', 'add', 'vpn0', 'type', 'veth', 'peer', 'name', 'vpn0'];
    first.ip(...veth, 'netns', second.namespace);
    for (const [host, own, other] of [
      [first, '10.8.0.1', '10.8.0.2'],
      [second, '10.8.0.2', '10.8.0.1'],
    ] as const) {
      host.ip('addr', 'add', `${own}/32`, 'peer', `${other}/32`, 'dev', 'vpn0');
      host.ip('link', 'set', 'vpn0', 'up', 'multicast', 'off');
    }
    two = await TwoHosts.make(lan);
    await Promise.all(two.peers.map((peer) => peer.start()));
  }, 120_000);

  afterAll(() => two.remove());

  test('one address on one side joins them, and a file is fetched', async () => {
    expect(await two.peers[0].run('peers', 'add', '10.8.0.2', '--wait')).toMatchObject({ code: 0 });
    await two.fetches('small.bin');
  }, 90_000);
});

story('an interface with nothing but a link-local IPv6 address', () => {
  let two: TwoHosts;

  beforeAll(async () => {
    two = await TwoHosts.make(makeLan(2));
    for (const host of two.hosts) host.ip('-4', 'addr', 'flush', 'dev', 'eth0');
    await Promise.all(two.peers.map((peer) => peer.start('--interface', 'eth0')));
  }, 120_000);

  afterAll(() => two.remove());

  test('what it shares is found and fetched', () => two.fetches('small.bin'), 90_000);
});
