/** A host that sleeps: the packet that wakes it really arrives at its card, and the woken host is waited for. */
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, sha256Of, until, within, writeMade } from '@iwanto/peer';
import { type Lan, type LanHost, lanImpossible, makeLan } from '@iwanto/peer/lan';

const reason = lanImpossible();
if (reason) process.stderr.write(`wake.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const LIMIT_MS = 20_000;

/** Plays the card of a sleeping host: it ends when the packet for it arrives. */
const CARD = `
  const mac = require('node:os').networkInterfaces().eth0[0].mac.split(':').map((part) => parseInt(part, 16));
  const wanted = Buffer.from([...new Array(6).fill(255), ...new Array(16).fill(mac).flat()]);
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', (bytes) => bytes.includes(wanted) && process.exit(0));
  socket.bind(9, () => console.log('asleep'));
`;

story('a host that sleeps', () => {
  let root: string;
  let lan: Lan;
  let [here, nas] = [undefined, undefined] as unknown as [Peer, Peer];
  let hash = '';
  let cards: ChildProcess[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-wake-'));
    lan = makeLan(2);
    await writeMade(join(root, 'shared', 'film.bin'), 3_000_000);
    [here, nas] = lan.hosts.map((host) => new Peer(join(root, `h${host.number}`), { host })) as [
      Peer,
      Peer,
    ];
    for (const [peer, name] of [
      [here, 'here'],
      [nas, 'nas'],
    ] as const) {
      await mkdir(peer.home);
      const share = peer === nas ? [join(root, 'shared')] : [];
      const config = { name, share, downloadDir: `${peer.home}-downloads` };
      await writeFile(join(peer.home, 'config.json'), JSON.stringify(config));
    }
    await Promise.all([here.start(), nas.start()]);
  }, 60_000);

  afterAll(async () => {
    for (const peer of [here, nas]) peer.kill();
    for (const card of cards) card.kill('SIGKILL');
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  /** Puts the host to sleep; resolves with a promise that resolves once it has been woken and its services run. */
  async function fallAsleep(): Promise<{ readonly woken: Promise<void> }> {
    await nas.stop();
    const card = (lan.hosts[1] as LanHost).spawn(process.execPath, ['-e', CARD], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cards = [...cards, card];
    await within(LIMIT_MS, 'the card', once(card.stdout as NodeJS.ReadableStream, 'data'));
    return { woken: once(card, 'exit').then(() => nas.start()) };
  }

  test('its hardware address is learnt while it is here', async () => {
    ({ hash } = await here.find('film.bin', 'film.bin', LIMIT_MS));
    const host = await until('a host that can be woken', LIMIT_MS, async () => {
      const { hosts } = await here.json<{ hosts: { name: string; mac: string }[] }>('wake');
      return hosts[0];
    });
    expect(host).toMatchObject({
      ...{ name: 'nas', interface: 'eth0', address: '10.77.0.2' },
      mac: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
    });
    expect((await here.run('wake', 'nas')).stdout).toBe('nas is here\n');
  }, 60_000);

  test('nobody comes: exit code 5 with what to look at; a host that was never here: 3', async () => {
    await nas.stop();
    const late = await here.run('wake', 'nas', '--wait', '2');
    expect(late).toMatchObject({ code: 5, stderr: expect.stringContaining('Wake-on-LAN') });
    expect(await here.run('wake', 'nobody')).toMatchObject({ code: 3 });
    await nas.start();
  }, 60_000);

  test('is woken and waited for', async () => {
    const { woken } = await fallAsleep();
    const answer = await here.json('wake', 'nas');
    expect(answer).toMatchObject({ name: 'nas', wasHere: false, interfaces: ['eth0'] });
    await woken;
  }, 60_000);

  test('is woken for a download of what it had', async () => {
    const { woken } = await fallAsleep();
    const { code, stderr } = await here.run('download', hash, '--wake');
    expect([code, stderr]).toEqual([0, expect.stringContaining('nas was woken and is here after')]);
    await woken;
    const arrived = await sha256Of(join(`${here.home}-downloads`, 'film.bin'));
    expect(arrived).toBe(await sha256Of(join(root, 'shared', 'film.bin')));
  }, 60_000);
});
