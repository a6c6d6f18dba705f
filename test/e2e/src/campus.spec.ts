/** Two subnets with a router between them and no multicast across: one address, given on one side, joins them. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, sha256Of, until, writeMade } from '@iwanto/peer';
import { type Lan, type LanHost, lanImpossible, makeCampus, makeLan } from '@iwanto/peer/lan';

const reason = lanImpossible();
if (reason) process.stderr.write(`campus.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const JOIN_LIMIT_MS = 20_000;

interface PeersJson {
  readonly peers: readonly { peer: string; address: string; member: boolean }[];
  readonly added: readonly { host: string; heardMsAgo: number | null }[];
}

/** A peer for each host, with a home below `root` and, if it is said so, a file `from-N.bin` to share. */
async function startPeers(root: string, lan: Lan, isSharing = false): Promise<Peer[]> {
  const peers = lan.hosts.map((host) => new Peer(join(root, `h${host.number}`), { host }));
  for (const [at, { home }] of peers.entries()) {
    await mkdir(home);
    if (!isSharing) continue;
    const shared = join(root, `shared-${at}`);
    await writeMade(join(shared, `from-${at}.bin`), 1_000_000);
    const config = { share: [shared], downloadDir: `${home}-downloads` };
    await writeFile(join(home, 'config.json'), JSON.stringify(config));
  }
  await Promise.all(peers.map((peer) => peer.start()));
  return peers;
}

/** When the election of a peer last began to follow or to lead, in ms since 1970. */
async function settledMs({ home }: Peer): Promise<number> {
  const lines = (await readFile(join(home, 'logs', 'election.log'), 'utf8')).trim().split('\n');
  const settled = lines.findLast((line) => /-> (following|leading) /.test(line)) ?? '{}';
  const { timestamp = '' } = JSON.parse(settled) as { timestamp?: string };
  return Date.parse(timestamp);
}

interface Room {
  readonly root: string;
  readonly lan: Lan;
  readonly peers: readonly Peer[];
}

async function removeAll({ root, lan, peers }: Room): Promise<void> {
  for (const peer of peers) peer.kill();
  lan.remove();
  await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

story('a campus of two subnets', () => {
  let root: string;
  let lan: Lan;
  let peers: Peer[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-campus-'));
    lan = makeCampus(2, 2);
    await writeMade(join(root, 'shared', 'far.bin'), 3_000_000);
    peers = lan.hosts.map((host) => new Peer(join(root, `h${host.number}`), { host }));
    for (const [at, peer] of peers.entries()) {
      await mkdir(peer.home);
      const share = at === 3 ? [join(root, 'shared')] : [];
      const config = { share, downloadDir: `${peer.home}-downloads` };
      await writeFile(join(peer.home, 'config.json'), JSON.stringify(config));
    }
    await Promise.all(peers.map((peer) => peer.start()));
  }, 120_000);

  afterAll(() => removeAll({ root, lan, peers }));

  const peersOf = async (peer: Peer) => {
    const { stdout } = await peer.run('peers', '--json');
    return JSON.parse(stdout) as PeersJson;
  };
  const membersOf = async (peer: Peer) =>
    (await peersOf(peer)).peers.filter(({ member }) => member).length;
  const leadersOf = async () =>
    new Set(await Promise.all(peers.map(async (peer) => (await peer.status()).leader)));

  const holds = (what: string, isSo: () => Promise<boolean>) =>
    until(what, JOIN_LIMIT_MS, async () => ((await isSo()) ? true : undefined));

  const third = () => lan.hosts[2] as LanHost;
  const joined = () =>
    holds('one cluster of four', async () => {
      const counts = await Promise.all(peers.map(membersOf));
      return counts.every((count) => count === 4) && (await leadersOf()).size === 1;
    });

  test('without an address each subnet is a cluster of its own', async () => {
    await holds('two clusters of two', async () => {
      const counts = await Promise.all(peers.map(membersOf));
      return counts.every((count) => count === 2);
    });
    expect((await leadersOf()).size).toBe(2);
  }, 60_000);

  test('a host that does not answer is said so, and listed', async () => {
    const [first] = peers as [Peer];
    const answer = await first.run('peers', 'add', '10.77.1.77', '--wait');
    expect(answer).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('has not answered within'),
    });
    const { added } = await peersOf(first);
    expect(added).toMatchObject([{ host: '10.77.1.77', heardMsAgo: null }]);
    expect(await first.run('peers', 'remove', '10.77.1.77')).toMatchObject({ code: 0 });
    expect(await first.run('peers', 'remove', '10.77.1.77')).toMatchObject({ code: 3 });
    expect((await peersOf(first)).added).toEqual([]);
  }, 60_000);

  test('one address on one side joins all hosts: one leader, search and download across', async () => {
    const [first] = peers as [Peer];
    const answer = await first.run('peers', 'add', third().address, '--wait');
    expect(answer).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('answered after'),
    });
    await joined();
    const [, second] = peers as [Peer, Peer];
    const { hash } = await second.find('far', 'far.bin', JOIN_LIMIT_MS);
    expect(await second.run('download', hash)).toMatchObject({ code: 0 });
    const arrived = await sha256Of(join(`${second.home}-downloads`, 'far.bin'));
    expect(arrived).toBe(await sha256Of(join(root, 'shared', 'far.bin')));
  }, 90_000);

  test('a subnet that is cut off goes on alone and is joined again', async () => {
    const [first] = peers as [Peer];
    // Again, or first, when this test runs alone.
    await first.must(['peers', 'add', third().address]);
    await joined();
    lan.cutSubnet(1);
    await holds('two leaders', async () => (await leadersOf()).size === 2);
    lan.heal();
    await holds('one leader again', async () => (await leadersOf()).size === 1);
  }, 90_000);
});

story('three subnets, and one name with an address in each', () => {
  const NAME = 'campus.lan';
  let root: string;
  let lan: Lan;
  let peers: Peer[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-islands-'));
    lan = makeCampus(3, 1);
    const [first] = lan.hosts as [LanHost];
    first.resolve(
      NAME,
      lan.hosts.map(({ address }) => address),
    );
    peers = await startPeers(root, lan, true);
  }, 120_000);

  afterAll(() => removeAll({ root, lan, peers }));

  test('one peers add joins all of them, and says who answered', async () => {
    const [first] = peers as [Peer];
    const added = await first.run('peers', 'add', NAME, '--wait');
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).toContain(`${NAME}:17117 (10.77.0.1, 10.77.1.1, 10.77.2.1)`);
    await until('one cluster of three', JOIN_LIMIT_MS, async () => {
      const known = await Promise.all(peers.map((peer) => peer.json<PeersJson>('peers')));
      const isJoined = known.every((each) => each.peers.filter((one) => one.member).length === 3);
      return isJoined ? true : undefined;
    });
    const leaders = await Promise.all(peers.map(async (peer) => (await peer.status()).leader));
    expect(new Set(leaders).size).toBe(1);
  }, 60_000);

  test('the leader is killed: both others agree, search, and fetch across the router', async () => {
    const seen = await Promise.all(peers.map((peer) => peer.status()));
    const at = seen.findIndex(({ peer, leader }) => peer === leader);
    const killed = peers[at] as Peer;
    const others = peers.filter((peer) => peer !== killed) as [Peer, Peer];
    const killedMs = Date.now();
    killed.kill();
    await until('another leader of both', JOIN_LIMIT_MS, async () => {
      const now = await Promise.all(others.map((peer) => peer.status()));
      const leaders = new Set(now.map(({ leader }) => leader));
      const isAgreed =
        leaders.size === 1 && !leaders.has(null) && !leaders.has(seen[at]?.peer ?? '');
      return isAgreed ? true : undefined;
    });
    const agreedMs = Math.max(...(await Promise.all(others.map(settledMs)))) - killedMs;
    process.stderr.write(`agreed ${agreedMs} ms after the leader was killed\n`);
    const [first, second] = others;
    const name = `from-${peers.indexOf(second)}.bin`;
    const { hash } = await first.find(name, name, JOIN_LIMIT_MS);
    await first.download(hash);
    const arrived = await sha256Of(join(`${first.home}-downloads`, name));
    expect(arrived).toBe(await sha256Of(join(root, `shared-${peers.indexOf(second)}`, name)));
  }, 60_000);
});

story('two hosts with more interfaces than one socket can join on', () => {
  /** As many bridges as a developer with containers has; Linux lets one socket join a group on 20 interfaces. */
  const BRIDGES = 26;
  let root: string;
  let lan: Lan;
  let peers: Peer[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-bridges-'));
    lan = makeLan(2);
    for (const { namespace, number } of lan.hosts) {
      // IPv6 has no such limit.
      const words = ['netns', 'exec', namespace, 'sysctl', '-qw'];
      execFileSync('ip', [...words, 'net.ipv6.conf.all.disable_ipv6=1']);
      for (let at = 0; at < BRIDGES; at += 1) {
        const ip = (...words: string[]) => execFileSync('ip', ['-n', namespace, ...words]);
        ip('link', 'add', `br-${at}`, 'type', 'veth', 'peer', 'name', `in-${at}`);
        ip('addr', 'add', `10.${100 + number}.${at}.1/24`, 'dev', `br-${at}`);
        for (const end of [`br-${at}`, `in-${at}`]) ip('link', 'set', end, 'up');
      }
    }
    for (const host of lan.hosts) lan.replug(host);
    peers = await startPeers(root, lan);
  }, 120_000);

  afterAll(() => removeAll({ root, lan, peers }));

  test('they find each other by multicast', async () => {
    const [first] = peers as [Peer];
    const members = await until('the other host', JOIN_LIMIT_MS, async () => {
      const { peers: known } = await first.json<PeersJson>('peers');
      return known.length === 2 ? known : undefined;
    });
    expect(members.map(({ member }) => member)).toEqual([true, true]);
  }, 60_000);
});
