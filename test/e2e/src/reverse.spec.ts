/** Hosts that cannot be dialled: behind a firewall, and behind a home router. They open the connections themselves. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, sha256Of, until, writeMade } from '@iwanto/peer';
import { type Lan, type LanHost, lanImpossible, makeCampus, makeLan } from '@iwanto/peer/lan';

const reason = lanImpossible();
if (reason) process.stderr.write(`reverse.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const LIMIT_MS = 30_000;

/** Peers on the hosts of a LAN, each of which shares a file `fromN.bin` of its own. */
class Hosts {
  readonly peers: Peer[];

  private constructor(
    readonly root: string,
    readonly lan: Lan,
  ) {
    this.peers = lan.hosts.map((host) => new Peer(join(root, `h${host.number}`), { host }));
  }

  static async make(lan: Lan): Promise<Hosts> {
    const hosts = new Hosts(await mkdtemp(join(tmpdir(), 'iwanto-reverse-')), lan);
    for (const [at, peer] of hosts.peers.entries()) {
      await mkdir(peer.home);
      const shared = join(hosts.root, `shared${at}`);
      await writeMade(join(shared, `from${at}.bin`), 20_000_000);
      const config = { share: [shared], downloadDir: `${peer.home}-downloads` };
      await writeFile(join(peer.home, 'config.json'), JSON.stringify(config));
    }
    return hosts;
  }

  peer(at: number): Peer {
    return this.peers[at] as Peer;
  }

  /** One host fetches what another shares. */
  async fetch(at: number, from: number): Promise<void> {
    const name = `from${from}.bin`;
    const { hash } = await this.peer(at).find(name, name, LIMIT_MS);
    await this.peer(at).download(hash);
    const arrived = await sha256Of(join(`${this.peer(at).home}-downloads`, name));
    expect(arrived).toBe(await sha256Of(join(this.root, `shared${from}`, name)));
  }

  async remove(): Promise<void> {
    for (const peer of this.peers) peer.kill();
    this.lan.remove();
    await rm(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

story('a leader whose firewall drops inbound TCP', () => {
  let hosts: Hosts;

  beforeAll(async () => {
    hosts = await Hosts.make(makeLan(2));
    const [closed] = hosts.lan.hosts as unknown as [LanHost];
    hosts.lan.closeToTcp(closed);
    // The oldest leads.
    await hosts.peer(0).start();
    await hosts.peer(1).start();
  }, 120_000);

  afterAll(() => hosts.remove());

  test('is searched and fetched from', () => hosts.fetch(1, 0), 90_000);

  test('fetches from the other host as ever', () => hosts.fetch(0, 1), 90_000);

  test('is named with the port to allow, once that port was tried again', async () => {
    const answer = await until('the port', LIMIT_MS, async () => {
      const { stdout } = await hosts.peer(1).run('status');
      return /10\.77\.0\.1:1711[89] \(TCP\) cannot be dialled/.test(stdout) ? stdout : undefined;
    });
    expect(answer).toMatch(/allow TCP (17118|17119 and 17120) in the firewall of 10\.77\.0\.1/);
  }, 90_000);
});

story('a host behind the router of a home', () => {
  let hosts: Hosts;

  beforeAll(async () => {
    hosts = await Hosts.make(makeCampus(2, 2));
    hosts.lan.translate(1);
    await hosts.peer(0).start();
    await Promise.all([hosts.peer(1).start(), hosts.peer(2).start()]);
    const [leader] = hosts.lan.hosts as unknown as [LanHost];
    const added = await hosts.peer(2).run('peers', 'add', leader.address, '--wait');
    expect(added).toMatchObject({ code: 0 });
    await until('three members', LIMIT_MS, async () => {
      const { peers } = await hosts.peer(1).status();
      return peers.length === 3 ? true : undefined;
    });
  }, 120_000);

  afterAll(() => hosts.remove());

  test('is fetched from by one that only shares a leader with it', () => hosts.fetch(1, 2), 90_000);

  test('fetches from outside', () => hosts.fetch(2, 1), 90_000);
});
