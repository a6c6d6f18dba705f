import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { endStranded, endWithItsAddress } from './own-address.js';
import { TcpPort } from './tcp-port.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const troubles: string[] = [];

const open = async (addresses: () => readonly string[], port = 0) => {
  const opened = await TcpPort.open({
    ...{ port, addresses },
    accept: (socket) => socket.end('hello'),
    onTrouble: (sentence) => troubles.push(sentence),
  });
  closing.push(() => opened.close());
  return opened;
};

const answers = async (host: string, port: number): Promise<boolean> => {
  const socket = connect({ host, port });
  const end = await Promise.race([once(socket, 'data'), once(socket, 'error')]).catch(() => []);
  socket.destroy();
  return String(end[0]) === 'hello';
};

test('a port waits for its address, follows it to another one, and keeps its number', async () => {
  let addresses: string[] = [];
  const waiting = await open(() => addresses);
  const { port } = waiting;
  expect(port).toBeGreaterThan(0);
  expect(await answers('127.0.0.2', port)).toBe(false);
  addresses = ['127.0.0.2'];
  await waiting.follow();
  expect(await answers('127.0.0.2', port)).toBe(true);
  addresses = ['127.0.0.3'];
  await waiting.follow();
  expect(await answers('127.0.0.2', port)).toBe(false);
  expect(await answers('127.0.0.3', port)).toBe(true);
  expect(waiting.port).toBe(port);
});

test('an address that another program holds at this port is told once and tried again', async () => {
  let addresses = ['127.0.0.2'];
  const listening = await open(() => addresses);
  const other = createServer().listen(listening.port, '127.0.0.3');
  await once(other, 'listening');
  addresses = ['127.0.0.2', '127.0.0.3', '192.0.2.77'];
  for (let times = 0; times < 3; times += 1) await listening.follow();
  expect(troubles).toEqual([expect.stringContaining(`127.0.0.3:${listening.port}`)]);
  await new Promise((closed) => other.close(closed));
  await listening.follow();
  expect(await answers('127.0.0.3', listening.port)).toBe(true);
});

test('a connection ends when this host has its address no longer', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  closing.push(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const [stays, goes] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await Promise.all([once(stays, 'connect'), once(goes, 'connect')]);
  Object.defineProperty(goes, 'localAddress', { value: '10.0.0.9' });
  for (const socket of [stays, goes]) endWithItsAddress(socket);
  endStranded(() => ({ eth0: [] }));
  expect([stays.destroyed, goes.destroyed]).toEqual([false, true]);
  stays.destroy();
});
