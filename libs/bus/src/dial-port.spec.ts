import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { dialPort } from './dial-port.js';

test('an open port, a closed one, and none', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await dialPort('127.0.0.1', port)).toBe('open');
  await new Promise((done) => server.close(done));
  expect(await dialPort('127.0.0.1', port)).toBe('refused');
  expect(await dialPort('127.0.0.1', 0)).toBe('untried');
});

test('a port is not called silent because this process was busy while it answered', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const limitMs = 20;
  const answered = dialPort('127.0.0.1', port, limitMs);
  // The connection is begun in the next tick, and this one comes after it.
  process.nextTick(() => {
    const startedMs = performance.now();
    while (performance.now() - startedMs < 2 * limitMs);
  });
  expect(await answered).toBe('open');
  await new Promise((done) => server.close(done));
});
