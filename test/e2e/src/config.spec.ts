/** The configuration of a peer that runs: changed by commands and by signal, refused as a whole; and what its log says. */
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Peer, apart, freePort, until } from '@iwanto/peer';

const LIMIT_MS = 30_000;

let root: string;
let peer: Peer;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'iwanto-config-'));
  peer = new Peer(join(root, 'home'));
  for (const folder of ['home', 'one', 'two']) await mkdir(join(root, folder));
  const config = { ...(await apart(await freePort())), share: [join(root, 'one')] };
  await writeFile(join(root, 'home', 'config.json'), JSON.stringify(config));
  await peer.start();
}, 60_000);

afterEach(async () => {
  peer.kill();
  await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

const pids = async () => (await peer.status()).details.map(({ pid }) => pid);
const shared = async () =>
  (await peer.json<{ folders: { path: string }[] }>('shares')).folders.map(({ path }) => path);

test('what is set takes effect in the same processes, what is refused changes nothing', async () => {
  const before = await pids();
  const port = await freePort();
  expect((await peer.run('config', 'set', 'ports.transfer', String(port))).code).toBe(0);
  const { details } = await peer.status();
  expect(details.find(({ service }) => service === 'transfer')?.port).toBe(port);
  await peer.run('config', 'set', 'share', join(root, 'two'));
  expect(await shared()).toEqual([join(root, 'two')]);

  await peer.run('config', 'set', 'limits.download', '5M');
  expect(await peer.json('limit')).toMatchObject({ download: '5M' });

  const text = await readFile(join(root, 'home', 'config.json'), 'utf8');
  for (const words of [
    ['interfaces', 'nowhere0'],
    ['settleMs', '-1'],
    ['downloadDir', join(root, 'two', 'inside')],
    ['share', join(root, 'home', 'data')],
    ['share', join(root, 'nowhere')],
  ]) {
    const { code, stderr } = await peer.run('config', 'set', ...words);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^iwanto: .*\.\n$/)]);
    expect(JSON.parse(await readFile(join(root, 'home', 'config.json'), 'utf8'))).toEqual(
      JSON.parse(text),
    );
  }
  expect(await shared()).toEqual([join(root, 'two')]);
  expect(await pids()).toEqual(before);
  expect((await peer.run('config', 'set', 'setlems', '3')).stderr).toContain('settleMs');
}, 180_000);

test('metrics are served as soon as a port is set for them, and no longer', async () => {
  const port = await freePort();
  const metrics = () => fetch(`http://127.0.0.1:${port}/metrics`);
  expect((await peer.run('config', 'set', 'metricsPort', String(port))).code).toBe(0);
  const answer = await metrics();
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const text = await answer.text();
  for (const service of ['election', 'indexer', 'transfer']) {
    expect(text).toContain(`iwanto_service_up{service="${service}"} 1`);
  }
  expect(text).toMatch(/^# TYPE iwanto_upload_bytes_total counter\niwanto_upload_bytes_total 0$/m);

  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const other = (taken.address() as AddressInfo).port;
  const refused = await peer.run('config', 'set', 'metricsPort', String(other));
  taken.close();
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('EADDRINUSE')]);
  expect((await metrics()).status).toBe(200);

  expect((await peer.run('config', 'unset', 'metricsPort')).code).toBe(0);
  await expect(metrics()).rejects.toThrow();
}, 60_000);

test('SIGHUP to the supervisor reads the file again, and the log says so as it happens', async () => {
  const following = peer.spawn(['log', 'election', '-f']);
  const lines = createInterface({ input: following.stdout! });
  const told = new Promise<void>((heard) =>
    lines.on('line', (line) => {
      if (line.includes('configuration changed')) heard();
    }),
  );
  await until('the log', LIMIT_MS, async () =>
    (await peer.run('log', 'election')).stdout.includes('ready on port') ? true : undefined,
  );
  const file = join(root, 'home', 'config.json');
  const config = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...config, share: [join(root, 'two')] }));
  peer.signal('SIGHUP');
  await told;
  following.kill();
  await once(following, 'exit');
  await until('the other folder', LIMIT_MS, async () =>
    (await shared()).includes(join(root, 'two')) ? true : undefined,
  );
}, 120_000);
