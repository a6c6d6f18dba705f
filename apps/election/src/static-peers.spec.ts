/** Names become addresses, with limits; adding a peer keeps it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { homePaths, loadConfig } from '@iwanto/service';
import type { Address } from '@iwanto/wire';
import { StaticPeers, addressesOf } from './static-peers.js';
import { addPeer } from './verbs/add-peer.js';

const lookUp = async (host: string) => {
  if (host === 'unknown.test') throw new Error('ENOTFOUND');
  if (host === 'liar.test') return [{ address: '0.0.0.0' }, { address: '239.1.1.1' }];
  return Array.from({ length: 20 }, (_, at) => ({ address: `10.0.0.${at + 1}` }));
};

test('a name gives at most 16 addresses, an address itself, nonsense nothing', async () => {
  const of = (host: string) => addressesOf({ host, port: 5 }, lookUp);
  expect((await of('many.test')).length).toBe(16);
  expect(await of('10.9.9.9')).toEqual([{ address: '10.9.9.9', port: 5 }]);
  for (const host of ['unknown.test', 'liar.test', '0.0.0.0', '224.0.0.1', '::']) {
    expect(await of(host)).toEqual([]);
  }
});

test('of two rounds that overlap only the later one counts', async () => {
  const told: (readonly Address[])[] = [];
  let answer: (found: { address: string }[]) => void = () => undefined;
  const slow = (host: string) =>
    host === 'slow.test'
      ? new Promise<{ address: string }[]>((done) => (answer = done))
      : lookUp(host);
  const peers = new StaticPeers((addresses) => void told.push(addresses), slow);
  const first = peers.use([{ host: 'slow.test', port: 1 }]);
  await peers.use([{ host: '10.0.0.7', port: 1 }]);
  answer([{ address: '10.0.0.8' }]);
  await first;
  expect(told).toEqual([[{ address: '10.0.0.7', port: 1 }]]);
  // While names are resolved, no host is shown with the addresses of another.
  const later = peers.use([{ host: 'slow.test', port: 1 }]);
  expect(peers.known()).toMatchObject([{ host: '10.0.0.7', addresses: [{ address: '10.0.0.7' }] }]);
  answer([{ address: '10.0.0.8' }]);
  await later;
  expect(peers.known()).toMatchObject([
    { host: 'slow.test', addresses: [{ address: '10.0.0.8' }] },
  ]);
  peers.close();
});

test('peers.add keeps the peer once and refuses a name without an address', async () => {
  const home = await mkdtemp(join(tmpdir(), 'iwanto-peers-'));
  const paths = homePaths({ IWANT_HOME: home });
  const told: (readonly Address[])[] = [];
  const staticPeers = new StaticPeers((addresses) => void told.push(addresses), lookUp);
  const context = { paths, staticPeers, lookUp };
  const answer = await addPeer(context, { host: 'many.test' });
  expect(answer).toMatchObject({ address: '10.0.0.1', port: 17_117 });
  expect(answer.addresses).toEqual(Array.from({ length: 16 }, (_, at) => `10.0.0.${at + 1}`));
  await addPeer(context, { host: 'many.test' });
  await addPeer(context, { host: '10.0.0.9', port: 4 });
  await expect(addPeer(context, { host: 'unknown.test' })).rejects.toMatchObject({
    code: 'E_NOT_FOUND',
  });
  expect((await loadConfig(paths)).config.peers).toEqual([
    { host: 'many.test', port: 17_117 },
    { host: '10.0.0.9', port: 4 },
  ]);
  expect(told.at(-1)?.length).toBe(17);
  staticPeers.close();
  await rm(home, { recursive: true });
});
