/** Clocks that are changed, and a host that sleeps: neither changes who leads, what is found, or what arrives. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Peer, type PeerHost, sha256Of, until, writeMade } from '@iwanto/peer';
import { type Lan, type LanHost, lanImpossible, makeLan } from '@iwanto/peer/lan';
import { signalAll } from './processes.js';

const reason = lanImpossible();
if (reason) process.stderr.write(`clocks.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const LIMIT_MS = 30_000;
const BYTES = 4_000_000;
/** So that a download lasts some seconds. */
const RATE = '1M';
const HOUR_MS = 3_600_000;
const SLEPT_SECONDS = 600;

/** Shifts the wall clock of a Node.js process by the content of a file, at any moment. */
const CLOCK = `
import { readFileSync } from 'node:fs';
const { now } = Date;
const moved = () => now() + Number(readFileSync(process.env.TEST_CLOCK, 'utf8'));
globalThis.Date = class extends Date {
  constructor(...of) { super(...(of.length === 0 ? [moved()] : of)); }
  static now() { return moved(); }
};
`;

story('three hosts and their clocks', () => {
  let lan: Lan;
  let root: string;
  let peers: [Peer, Peer, Peer];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-e2e-'));
    lan = makeLan(3);
    await writeFile(join(root, 'clock.mjs'), CLOCK);
  }, 30_000);

  afterEach(async () => {
    for (const peer of peers) {
      signalAll(peer.home, 'SIGCONT');
      peer.kill();
    }
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 60_000);

  const homeOf = (at: number) => join(root, `host-${at}`);
  const shareOf = (at: number) => join(homeOf(at), 'things');
  const moveClock = (at: number, ms: number) =>
    writeFileSync(join(root, `clock-${at}`), String(ms));
  /** One after the other: the first leads. */
  async function start(make: (at: number) => Peer): Promise<void> {
    peers = [make(0), make(1), make(2)];
    for (const [at, peer] of peers.entries()) {
      await mkdir(shareOf(at), { recursive: true });
      await writeMade(join(shareOf(at), `thing ${at}.bin`), BYTES);
      await peer.start('--share', shareOf(at));
    }
  }
  const agreed = (among: readonly Peer[], leader: string) =>
    until(`${leader} as everybody's leader`, LIMIT_MS, async () => {
      const views = await Promise.all(among.map((peer) => peer.status()));
      return views.every((view) => view.leader === leader) ? views : undefined;
    });
  const idOf = async (peer: Peer) => String((await peer.status()).peer);

  test('HOSTILE 101: clocks in 1970, set forward and back, in the middle of everything', async () => {
    const preload = pathToFileURL(join(root, 'clock.mjs')).href;
    moveClock(0, 0);
    moveClock(1, -Date.now());
    moveClock(2, HOUR_MS);
    await start(
      (at) =>
        new Peer(homeOf(at), {
          host: lan.hosts[at] as LanHost,
          env: { NODE_OPTIONS: `--import=${preload}`, TEST_CLOCK: join(root, `clock-${at}`) },
        }),
    );
    const [first, second, third] = peers;
    const leader = await idOf(first);
    const epoch = (await agreed(peers, leader))[0]?.epoch;
    for (const asker of [first, third]) await asker.find('thing 1', 'thing 1.bin', LIMIT_MS);

    const { hash } = await third.find('thing 0', 'thing 0.bin', LIMIT_MS);
    const download = third.download(hash, '--limit', RATE);
    moveClock(2, -HOUR_MS);
    moveClock(0, 24 * HOUR_MS);
    moveClock(1, 0);
    await writeMade(join(shareOf(1), 'late.bin'), 1_000);
    await third.find('late', 'late.bin', LIMIT_MS);
    await third.must(['pause', hash]);
    await expect(download).rejects.toThrow('paused');
    moveClock(2, -Date.now());
    await third.must(['resume', hash]);
    const { path } = await third.download(hash);
    expect(await sha256Of(path)).toBe(await sha256Of(join(shareOf(0), 'thing 0.bin')));
    await second.must(['download', hash]);
    // Nobody was voted out meanwhile.
    for (const view of await agreed(peers, leader)) expect(view.epoch).toBe(epoch);
  }, 170_000);

  test('HOSTILE 102: a leader that sleeps for ten minutes follows when it wakes, and its download continues', async () => {
    const uptime = join(root, 'uptime');
    /** The kernel's uptime continues during sleep, the clock of processes does not. */
    const setUptime = (slept: number) => {
      const [up = '0'] = readFileSync('/proc/uptime', 'utf8').split(' ');
      writeFileSync(uptime, `${Number(up) + slept} 0.00\n`);
    };
    setUptime(0);
    const sleeper = lan.hosts[0] as LanHost;
    const withUptime: PeerHost = {
      spawn: (program, words, options) => {
        const script = 'mount --bind "$0" /proc/uptime && exec "$@"';
        return sleeper.spawn('sh', ['-c', script, uptime, program, ...words], options);
      },
    };
    await start(
      (at) => new Peer(homeOf(at), { host: at === 0 ? withUptime : (lan.hosts[at] as LanHost) }),
    );
    const [first, second, third] = peers;
    await agreed(peers, await idOf(first));
    const { hash } = await first.find('thing 1', 'thing 1.bin', LIMIT_MS);
    await first.must(['download', hash, '--limit', RATE, '--detach']);

    signalAll(first.home, 'SIGSTOP');
    lan.cut(sleeper);
    await agreed([second, third], await idOf(second));
    setUptime(SLEPT_SECONDS);
    lan.plug(sleeper);
    signalAll(first.home, 'SIGCONT');
    await agreed(peers, await idOf(second));
    const log = await readFile(join(first.home, 'logs', 'election.log'), 'utf8');
    expect(log).toMatch(/was suspended for 6\d{5} ms/);
    // By its own log, because commands take longer than the election; the limit is in the simulator (wake.txt).
    const [wokenMs = 0, followedMs = 0] = [/was suspended for/, /-> following/].map((event) => {
      const line =
        log
          .trim()
          .split('\n')
          .findLast((one) => event.test(one)) ?? '{}';
      return Date.parse((JSON.parse(line) as { timestamp: string }).timestamp);
    });
    process.stderr.write(`woken: it follows after ${followedMs - wokenMs} ms\n`);
    const { path } = await first.download(hash);
    expect(await sha256Of(path)).toBe(await sha256Of(join(shareOf(1), 'thing 1.bin')));
  }, 170_000);
});
