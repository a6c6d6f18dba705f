/** The namespace LAN works as described: hosts reach each other, cuts cut, one-way cuts are one-way, nothing is left behind. */
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Lan, type LanHost, lanImpossible, makeLan } from '@iwanto/peer/lan';

const reason = lanImpossible();
if (reason) process.stderr.write(`lan.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

/** Answers from its own source port so that the asker knows who answered. */
const LISTEN = `
const dgram = require('node:dgram');
const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (text, from) => socket.send('pong', from.port, from.address));
socket.bind(7000, () => {
  socket.addMembership('239.77.77.77', process.argv[1]);
  console.log('listening');
});
setTimeout(() => process.exit(0), 60000);
`;
const ASK = `
const [, to, limit, own] = process.argv;
const dgram = require('node:dgram');
const socket = dgram.createSocket('udp4');
socket.on('message', () => { console.log('pong'); process.exit(0); });
socket.bind(0, () => {
  socket.setMulticastInterface(own);
  socket.send('ping', 7000, to);
});
setTimeout(() => { console.log('silence'); process.exit(0); }, Number(limit));
`;

story('a LAN of namespaces', () => {
  let lan: Lan | undefined;
  afterEach(() => lan?.remove());

  const listen = (host: LanHost) =>
    new Promise<void>((resolve) => {
      const child = host.spawn(process.execPath, ['-e', LISTEN, host.address], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child.stdout?.once('data', () => resolve());
    });
  const ask = (host: LanHost, to: string, limitMs: number) =>
    execFileSync(
      'ip',
      [
        ...['netns', 'exec', host.namespace, process.execPath],
        ...['-e', ASK, to, String(limitMs), host.address],
      ],
      { encoding: 'utf8' },
    ).trim();

  test('unicast and multicast pass; cuts, splits, blocks and heals hold', async () => {
    lan = makeLan(3);
    const [a, b, c] = lan.hosts as [LanHost, LanHost, LanHost];
    await Promise.all([listen(b), listen(c)]);
    expect(ask(a, b.address, 5_000)).toBe('pong');
    expect(ask(a, '239.77.77.77', 5_000)).toBe('pong');

    lan.blockMulticast();
    expect(ask(a, '239.77.77.77', 300)).toBe('silence');
    expect(ask(a, b.address, 5_000)).toBe('pong');
    lan.heal();

    lan.cutOneWay(b, a);
    expect(ask(a, b.address, 300)).toBe('silence');
    expect(ask(a, c.address, 5_000)).toBe('pong');
    lan.heal();

    lan.split([a, b], [c]);
    expect(ask(a, b.address, 5_000)).toBe('pong');
    expect(ask(a, c.address, 300)).toBe('silence');
    lan.heal();
    expect(ask(a, c.address, 5_000)).toBe('pong');

    lan.loseUdp(100);
    expect(ask(a, c.address, 300)).toBe('silence');
    lan.heal();

    lan.shape(a, 100);
    lan.cut(c);
    expect(ask(a, c.address, 300)).toBe('silence');
  }, 60_000);

  test('nothing is left behind', () => {
    lan = makeLan(2);
    const names = lan.hosts.map(({ namespace }) => namespace);
    lan.remove();
    const left = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
    for (const name of names) expect(left).not.toContain(name);
  });
});
