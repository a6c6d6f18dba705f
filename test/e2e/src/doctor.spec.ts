/** `iwanto doctor` names what is wrong between two hosts, and raises no alarm if nothing is. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { Peer, type StatusJson, until, within } from '@iwanto/peer';
import { type Lan, type LanHost, lanImpossible, makeLan } from '@iwanto/peer/lan';

const reason = lanImpossible();
if (reason) process.stderr.write(`doctor.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const LIMIT_MS = 20_000;
jest.setTimeout(90_000);
const HOLD_TCP = `require('node:net').createServer().listen(17118, () => console.log('held'))`;
const SPEAK_VERSION_9 = `
  const socket = require('node:dgram').createSocket('udp4');
  const datagram = Buffer.alloc(640); datagram.set([0x69, 0x57, 9, 1]);
  socket.send(datagram, 17117, process.argv[1], () => { console.log('sent'); socket.close(); });`;

interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'broken';
  readonly text: string;
  readonly remedy?: string;
}

story('two hosts on one LAN', () => {
  let lan: Lan;
  let root: string;
  let peers: [Peer, Peer];

  async function makeHosts(): Promise<void> {
    root = await mkdtemp(join(tmpdir(), 'iwanto-doctor-'));
    lan = makeLan(2);
    peers = lan.hosts.map(
      (host, at) => new Peer(join(root, `home-${at}`), { host }),
    ) as typeof peers;
  }

  async function removeHosts(): Promise<void> {
    for (const peer of peers) peer.kill();
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  const host = (at: 0 | 1): LanHost => lan.hosts[at]!;
  const inside = (at: 0 | 1, ...words: string[]) =>
    execFileSync('ip', ['netns', 'exec', host(at).namespace, ...words], { timeout: LIMIT_MS });
  const start = () => Promise.all(peers.map((peer) => peer.start()));

  const seen = (count: number) =>
    until(`${count} peers`, LIMIT_MS, async () => {
      const statuses: StatusJson[] = await Promise.all(peers.map((peer) => peer.status()));
      const all = statuses.every((status) => status.peers.length === count && status.leader);
      return all ? statuses : undefined;
    });

  const findings = async (at: 0 | 1, ...words: string[]) =>
    (await peers[at].json<{ findings: Finding[] }>('doctor', ...words)).findings;
  const alarms = (found: readonly Finding[]) =>
    found.filter(({ level }) => level !== 'ok').map(({ check, text }) => `${check}: ${text}`);
  /** Each diagnosis is asked for until it is there: some need a moment of silence. */
  const diagnosed = (at: 0 | 1, pattern: RegExp, ...words: string[]) =>
    until(`${pattern} from the doctor`, LIMIT_MS, async () =>
      alarms(await findings(at, ...words)).find((line) => pattern.test(line)),
    );

  /** All that the doctor says, once it has something to say about the data line. */
  const allOnceSaid = (at: 0 | 1) =>
    until('the data line from the doctor', LIMIT_MS, async () => {
      const said = alarms(await findings(at)).join('\n');
      return said.includes('data line') ? said : undefined;
    });

  describe('that see each other', () => {
    beforeAll(async () => {
      await makeHosts();
      await start();
      await seen(2);
    });
    afterAll(removeHosts);

    test('nothing is wrong: no alarm on either host, exit code 0', async () => {
      // Multicast of the leader comes once per second.
      for (const at of [0, 1] as const) {
        let last: string[] = [];
        await until('no alarm', LIMIT_MS, async () => {
          last = alarms(await findings(at));
          return last.length === 0 ? true : undefined;
        }).catch(() => undefined);
        expect(last).toEqual([]);
        const { code, stdout } = await peers[at].run('doctor');
        expect([code, stdout]).toEqual([
          0,
          expect.stringContaining('Everything that was checked works'),
        ]);
      }
    });

    test('the TCP ports for pieces are dropped: named on both sides', async () => {
      inside(
        1,
        'nft',
        'add table inet f; add chain inet f i { type filter hook input priority 0; }; add rule inet f i tcp dport 17119-17120 drop',
      );
      const [there, here] = await Promise.all([allOnceSaid(0), allOnceSaid(1)]);
      expect(there).toMatch(/^tcp: .*17119 \(transfer\) does not answer: a firewall/m);
      expect(there).toMatch(/^tcp: .*17120 \(transfer, data line\) does not answer/m);
      expect(here).toMatch(/^firewall: a firewall rule .*17119-17120 drop/m);
      expect(here).toMatch(/^tcp: .*cannot dial the TCP port of the transfer/m);
      expect(here).toMatch(/^tcp: .*cannot dial the TCP port of the data line of the transfer/m);
      inside(1, 'nft', 'delete table inet f');
    });

    test('an MTU of 1,280', async () => {
      inside(0, 'ip', 'link', 'set', 'eth0', 'mtu', '1280');
      expect(await diagnosed(0, /^mtu: eth0 carries packets of only 1280/)).toBeDefined();
      inside(0, 'ip', 'link', 'set', 'eth0', 'mtu', '1500');
    });

    test('the default route leads through a VPN', async () => {
      inside(0, 'ip', 'link', 'add', 'wg0', 'type', 'veth', 'peer', 'name', 'far9');
      inside(0, 'ip', 'addr', 'add', '10.8.0.2/24', 'dev', 'wg0');
      inside(0, 'ip', 'link', 'set', 'wg0', 'up');
      inside(0, 'ip', 'link', 'set', 'far9', 'up');
      inside(0, 'ip', 'route', 'add', 'default', 'dev', 'wg0');
      expect(await diagnosed(0, /^vpn: .*wg0/)).toBeDefined();
      inside(0, 'ip', 'link', 'del', 'wg0');
    });

    test('another version of the protocol is spoken', async () => {
      inside(1, process.execPath, '-e', SPEAK_VERSION_9, host(0).address);
      expect(await diagnosed(0, /^version: 10\.77\.0\.2 speaks another version/)).toBeDefined();
    });
  });

  describe('that start with a fault', () => {
    beforeEach(makeHosts);
    afterEach(removeHosts);

    test('multicast is dropped: the other host is named as running and not heard', async () => {
      lan.blockMulticast();
      await start();
      const line = await diagnosed(
        0,
        /^multicast: 10\.77\.0\.2 accepts connections at a port of iwanto/,
        host(1).address,
      );
      expect(line).toContain('multicast does not pass');
      expect((await peers[0].run('doctor', host(1).address)).code).toBe(6);
    });

    test('packets pass in one direction only', async () => {
      lan.cutOneWay(host(0), host(1));
      await start();
      expect(await diagnosed(0, /one direction only/, host(1).address)).toContain('isolation');
    });

    test('the wrong interface is used', async () => {
      inside(0, 'ip', 'link', 'add', 'lan9', 'type', 'veth', 'peer', 'name', 'far9');
      inside(0, 'ip', 'addr', 'add', '10.99.0.1/24', 'dev', 'lan9');
      inside(0, 'ip', 'link', 'set', 'lan9', 'up');
      inside(0, 'ip', 'link', 'set', 'far9', 'up');
      await Promise.all([peers[0].start('--interface', 'lan9'), peers[1].start()]);
      expect(await diagnosed(0, /^interfaces: only lan9 is used/)).toContain('eth0');
    });

    test('netmasks differ', async () => {
      inside(1, 'ip', 'addr', 'del', '10.77.0.2/24', 'dev', 'eth0');
      inside(1, 'ip', 'addr', 'add', '10.77.0.2/17', 'dev', 'eth0');
      await start();
      await seen(2);
      expect(await diagnosed(0, /^netmask: /)).toContain('/24 here, /17');
    });

    test('a host is outside of the subnet of the other: they join all the same, and the netmask is named', async () => {
      inside(1, 'ip', 'addr', 'del', '10.77.0.2/24', 'dev', 'eth0');
      inside(1, 'ip', 'addr', 'add', '10.77.9.2/16', 'dev', 'eth0');
      await start();
      await seen(2);
      // No route leads from the one to the other, so they meet at their link-local addresses.
      expect(await diagnosed(0, /^netmask: 10\.77\.9\.2 sends to this host/)).toContain('differ');
      const status = (await peers[0].run('status')).stdout;
      expect(status).toContain('10.77.9.2 sends to this host, but is outside its subnets');
    });

    test('a host has a second address of another subnet on the link: no alarm', async () => {
      inside(1, 'ip', 'addr', 'add', '192.168.5.2/24', 'dev', 'eth0');
      await Promise.all(peers.map((peer) => peer.start('--log-level', 'debug')));
      await seen(2);
      const log = join(peers[0].home, 'logs', 'election.log');
      await until('its multicast from there', LIMIT_MS, async () =>
        (await readFile(log, 'utf8')).includes('datagram from 192.168.5.2') ? true : undefined,
      );
      // The host may have been heard at its second address first.
      await until('no alarm', LIMIT_MS, async () =>
        alarms(await findings(0)).length === 0 ? true : undefined,
      );
    });

    test('multicast is lost between two switches: status and the log say so once, with the remedy', async () => {
      await start();
      await seen(2);
      lan.blockMulticast();
      const { role } = await peers[0].status();
      const follower = peers[role === 'leader' ? 1 : 0];
      await until('a word of it', 2 * LIMIT_MS, async () =>
        (await follower.run('status')).stdout.includes('does not arrive here: new hosts')
          ? true
          : undefined,
      );
      const log = await readFile(join(follower.home, 'logs', 'election.log'), 'utf8');
      expect(log.match(/does not arrive here: new hosts .*IGMP snooping/g)).toHaveLength(1);
    });

    test('a port is taken: the program that holds it is named', async () => {
      const holder = host(0).spawn(process.execPath, ['-e', HOLD_TCP]);
      await within(
        LIMIT_MS,
        'the holder',
        new Promise((held) => holder.stdout?.once('data', held)),
      );
      await start();
      await seen(2);
      const line = await diagnosed(0, /^ports: TCP port 17118/);
      expect(line).toMatch(/is taken by \S+ \(process \d+\): it uses \d+/);
      holder.kill();
    });

    test('a host that is off', async () => {
      await peers[0].start();
      expect(await diagnosed(0, /does not answer at all/, '10.77.0.77')).toContain('10.77.0.77');
      expect(await diagnosed(0, /^host: "nowhere" is not known/, 'nowhere')).toBeDefined();
    });
  });
});
