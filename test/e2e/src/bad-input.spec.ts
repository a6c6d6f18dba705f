/** What goes wrong on one host - wrong words, folders, ports, files, a second start, a killed service - is reported in one sentence, with nothing lost. */
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Peer, apart, freePort, until, writeMade } from '@iwanto/peer';

const LIMIT_MS = 20_000;

let root: string;
let peer: Peer;
let config: { file: string; text: string };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'iwanto-bad-'));
  peer = new Peer(join(root, 'home'));
  for (const folder of ['home', 'files', 'fetched']) await mkdir(join(root, folder));
  await writeMade(join(root, 'files', 'one.txt'), 1_000);
  const text = JSON.stringify({
    ...(await apart(await freePort())),
    share: [join(root, 'files')],
    downloadDir: join(root, 'fetched'),
  });
  config = { file: join(root, 'home', 'config.json'), text };
  await writeFile(config.file, text);
});

afterEach(async () => {
  peer.kill();
  await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

/** One sentence for people, without internals of the program. */
const oneSentence = (stderr: string) => {
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/^iwanto: .*\.$/m);
};

describe('start refuses what cannot work', () => {
  test('HOSTILE 89: a broken configuration is named and left as it is', async () => {
    for (const [text, named] of [
      ['{ "share": ', 'not JSON'],
      ['{ "ports": { "indexer": "many" } }', 'ports.indexer'],
      ['[]', 'config.json'],
    ] as const) {
      await writeFile(config.file, text);
      const { code, stderr } = await peer.run('start');
      expect([code, stderr]).toEqual([2, expect.stringContaining(named)]);
      oneSentence(stderr);
      expect(await readFile(config.file, 'utf8')).toBe(text);
    }
  });

  test('HOSTILE 74: share and download folder overlap, also through a link', async () => {
    await symlink(join(root, 'files'), join(root, 'link'));
    for (const folder of ['files', 'files/inside', 'link', '.']) {
      const { code, stderr } = await peer.run('start', '--download-dir', join(root, folder));
      expect([code, stderr]).toEqual([2, expect.stringContaining('overlap')]);
      oneSentence(stderr);
    }
    expect(await readFile(config.file, 'utf8')).toBe(config.text);
  });

  test('a folder that does not exist, or is none', async () => {
    for (const path of [join(root, 'nowhere'), join(root, 'files', 'one.txt')]) {
      const { code, stderr } = await peer.run('start', '--share', path);
      expect([code, stderr]).toEqual([2, expect.stringContaining(path)]);
      oneSentence(stderr);
    }
  });
});

describe('a running peer', () => {
  test('a second start is refused and disturbs nothing; wrong words have their codes', async () => {
    await peer.start();
    const second = await peer.run('start');
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('already running')]);
    oneSentence(second.stderr);
    const alone = await peer.run('indexer');
    expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining('already running')]);

    await peer.find('one', 'one.txt', LIMIT_MS);
    const cases: [string[], number][] = [
      [['download', 'f'.repeat(64)], 3],
      [['download', 'f'.repeat(8)], 3],
      [['share', join(root, 'nowhere')], 2],
      [['share', join(root, 'files', 'one.txt')], 2],
      [['share', join(root, 'fetched')], 2],
      [['unshare', join(root, 'nowhere')], 3],
      [['download', 'to', join(root, 'files')], 2],
      [['search', 'zzzzqqqqxxxx'], 3],
    ];
    for (const [words, code] of cases) {
      const answer = await peer.run(...words);
      expect([words, answer.code, answer.stderr]).toEqual([words, code, expect.any(String)]);
      expect(answer.stderr.trim().split('\n')).toHaveLength(1);
    }
    expect((await peer.status()).services).toEqual({
      election: 'ready',
      indexer: 'ready',
      transfer: 'ready',
    });
    peer.signal('SIGINT');
    const startedMs = performance.now();
    expect(await peer.ended(LIMIT_MS)).toBe(130);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  }, 120_000);

  test('HOSTILE 18: taken ports are passed over', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const ports = { ...JSON.parse(config.text).ports, indexer: port, transfer: port };
    await writeFile(config.file, JSON.stringify({ ...JSON.parse(config.text), ports }));
    try {
      await peer.start();
      const { details } = await peer.status();
      const used = details.map((one) => one.port);
      expect(new Set(used).size).toBe(3);
      expect(used).not.toContain(port);
    } finally {
      taken.close();
    }
  }, 60_000);

  test('a service that is killed comes back, and what it knew is still found', async () => {
    await peer.start();
    await peer.find('one', 'one.txt', LIMIT_MS);
    for (const service of ['indexer', 'election', 'transfer'] as const) {
      const { details } = await peer.status();
      const pid = details.find((one) => one.service === service)?.pid ?? 0;
      process.kill(pid, 'SIGKILL');
      await until(`a new ${service}`, LIMIT_MS, async () => {
        const now = await peer.status();
        const fresh = now.details.find((one) => one.service === service);
        return now.services[service] === 'ready' && fresh?.pid !== pid ? true : undefined;
      });
      expect(peer.said.join('\n')).toContain(`The ${service} service ended by SIGKILL`);
    }
    await peer.find('one', 'one.txt', LIMIT_MS);
  }, 120_000);

  test('when the supervisor itself is killed, its services end, and a new start works', async () => {
    await peer.start();
    peer.signal('SIGKILL');
    await peer.ended(LIMIT_MS);
    await until('the end of the services', LIMIT_MS, async () =>
      Object.values((await peer.status()).services).every((state) => state === 'stopped')
        ? true
        : undefined,
    );
    await peer.start();
    expect((await peer.run('status')).code).toBe(0);
    expect((await peer.run('stop')).code).toBe(0);
    expect(await peer.ended(LIMIT_MS)).toBe(0);
  }, 60_000);

  test('each service runs alone, in any order, and stops alone', async () => {
    const alone = (['transfer', 'election', 'indexer'] as const).map((service) => ({
      service,
      child: peer.spawn([service]),
    }));
    try {
      await until('all three', LIMIT_MS, async () =>
        (await peer.run('status')).code === 0 ? true : undefined,
      );
      await peer.find('one', 'one.txt', LIMIT_MS);
      const over = Promise.all(alone.map(({ child }) => once(child, 'exit')));
      for (const { child } of alone) child.kill('SIGTERM');
      expect((await over).map(([code]) => code as number)).toEqual([0, 0, 0]);
    } finally {
      for (const { child } of alone) child.kill('SIGKILL');
    }
  }, 60_000);
});
