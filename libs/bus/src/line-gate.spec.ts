/** What strangers can do to the port of a peer, which runs in a process of its own because the process is the target. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Server, type Socket, connect as connectTcp, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as elapsed } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type PeerId, type PublicKey, encodeDialHello } from '@iwanto/wire';
import { Dealer } from 'zeromq';
import { pack } from './codec.js';
import { LINES_PER_ADDRESS_MAX } from './limits.js';
import { curveClient } from './listen.js';
import { connectPeer } from './peer-line.js';
import { BUSY_PEER, newKeys } from './testing/gated-server.js';

const SERVER = new URL('../dist/testing/gated-server.js', import.meta.url).href;
const peer = 'ab'.repeat(10) as PeerId;
const MEBIBYTE = 1_048_576;

let child: ChildProcess;
let said: AsyncIterator<string>;
let server: { port: number; key: PublicKey };
const closing: (() => unknown)[] = [];

const nextLine = async () => JSON.parse(String((await said.next()).value));

beforeEach(async () => {
  const script = `(await import(${JSON.stringify(SERVER)})).serve()`;
  child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  said = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  server = await nextLine();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
});

/** The memory of the server's process, in MiB. */
async function usage(): Promise<number> {
  child.stdin!.write('usage\n');
  return (await nextLine()).mebibytes;
}

function stranger(port: number, heartbeatInterval = 0): Dealer {
  const dealer = new Dealer({
    ...curveClient(newKeys(), server.key),
    heartbeatInterval,
    ...{ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 1, reconnectInterval: -1 },
  });
  closing.push(() => dealer.close());
  dealer.connect(`tcp://127.0.0.1:${port}`);
  return dealer;
}

/** A proxy to the server whose connections can be reset, or stop reading. */
async function way() {
  const passed = new Set<Socket>();
  const held: Socket[] = [];
  const relay: Server = createServer((near) => {
    const far = connectTcp(server.port, '127.0.0.1');
    for (const socket of [near, far]) {
      passed.add(socket);
      socket.on('error', () => undefined);
    }
    near.pipe(far).pipe(near);
    held.push(far);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  closing.push(() => {
    for (const socket of passed) socket.destroy();
    relay.close();
  });
  return {
    port: (relay.address() as { port: number }).port,
    reset: () => held.splice(0).forEach((far) => far.resetAndDestroy()),
    readNoMore: () => held.forEach((far) => far.unpipe().pause()),
  };
}

/** The server answers an honest peer. */
async function answers(): Promise<void> {
  const line = connectPeer({
    ...{ address: '127.0.0.1', port: server.port, serverKey: server.key, keys: newKeys() },
  });
  closing.push(() => line.close());
  expect(await line.call('announced', { peer })).toMatchObject({ revision: 5 });
}

test.each([0, 1])(
  'HOSTILE 104: lines that are reset under load end nobody, with pings every %d ms',
  async (heartbeatInterval) => {
    const attack = await way();
    for (let round = 0; round < 4; round += 1) {
      const dealer = stranger(attack.port, heartbeatInterval);
      await dealer.send(['0', 'announced', pack({ peer: BUSY_PEER })]);
      // More than a ROUTER reads ahead, so that ZeroMQ stops reading while the program is busy.
      for (let id = 1; id < 1_500; id += 1) {
        await dealer.send([String(id), 'announced', pack({ peer })]);
      }
      await elapsed(250);
      attack.reset();
      await elapsed(700);
    }
    await answers();
    expect(child.signalCode).toBeNull();
  },
);

test('HOSTILE 105: a message of very many frames takes no more than one line may hold', async () => {
  const before = await usage();
  const dealer = stranger(server.port);
  const frame = Buffer.alloc(MEBIBYTE - 100);
  void dealer.send(Array<Buffer>(300).fill(frame)).catch(() => undefined);
  for (let look = 0; look < 8; look += 1) {
    await elapsed(250);
    expect((await usage()) - before).toBeLessThan(40);
  }
  await answers();
});

test('HOSTILE 106: answers that nobody reads take no more than one line may hold', async () => {
  const before = await usage();
  const attack = await way();
  const dealer = stranger(attack.port);
  await dealer.send(['0', 'announced', pack({ peer })]);
  await dealer.receive();
  attack.readNoMore();
  for (let id = 0; id < 300; id += 1) await dealer.send([String(id), 'book', pack({})]);
  await elapsed(2_000);
  expect((await usage()) - before).toBeLessThan(100);
  await answers();
});

test('HOSTILE 107: one address gets its share of lines, and they are free again', async () => {
  const silent = Array.from({ length: LINES_PER_ADDRESS_MAX + 10 }, () => {
    const socket = connectTcp(server.port, '127.0.0.1');
    closing.push(() => socket.destroy());
    socket.on('error', () => undefined);
    return socket;
  });
  const refused = silent.slice(LINES_PER_ADDRESS_MAX).map((socket) => once(socket, 'close'));
  for (const socket of silent) socket.resume();
  await Promise.all(refused);
  // Those that stay silent are closed as well, after the time of a handshake.
  for (const socket of silent) if (!socket.closed) await once(socket, 'close');
  await answers();
});

test('HOSTILE 145: a made-up ticket, nonsense and silence are closed, and others are served', async () => {
  const ended = async (begin: (socket: Socket) => void) => {
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
    begin(socket);
    await once(socket, 'close', { signal: AbortSignal.timeout(4_000) });
  };
  await Promise.all([
    ended((socket) => socket.write(encodeDialHello(Buffer.alloc(16, 7)))),
    ended((socket) => socket.write('GET / HTTP/1.1\r\n\r\n')),
    ended((socket) => socket.write(encodeDialHello(Buffer.alloc(16)).subarray(0, 9))),
    ended(() => undefined),
    answers(),
  ]);
});
