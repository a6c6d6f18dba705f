/** Pinned mode in three network namespaces: two peers that trust each other, and one outside that sees nothing of them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, type ResultJson, until, writeMade } from '@iwanto/peer';
import { type Lan, lanImpossible, makeLan } from '@iwanto/peer/lan';

const reason = lanImpossible();
if (reason) process.stderr.write(`pinned.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const LIMIT_MS = 30_000;

story('two pinned hosts and a stranger on one LAN', () => {
  let lan: Lan;
  let root: string;
  let peers: Peer[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-e2e-'));
    lan = makeLan(3);
    peers = lan.hosts.map((host, at) => new Peer(join(root, `host-${at}`), { host }));
    for (const at of peers.keys()) await writeMade(join(shareOf(at), `secret ${at}.bin`), 300_000);
    await Promise.all(peers.map((peer, at) => peer.start('--share', shareOf(at))));
  }, 90_000);

  afterAll(async () => {
    for (const peer of peers) peer.kill();
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 60_000);

  const shareOf = (at: number) => join(root, `host-${at}`, 'my files');
  const seen = async (peer: Peer) => (await peer.status()).peers.map((one) => one.peer).sort();
  const together = (among: readonly Peer[], ids: readonly string[]) =>
    until(`${ids.length} peers that see nobody else`, LIMIT_MS, async () => {
      const lists = await Promise.all(among.map(seen));
      return lists.every((list) => String(list) === String([...ids].sort())) || undefined;
    });

  test('HOSTILE 126, 128: from the moment of the change on an outsider finds, fetches and leads nothing', async () => {
    const [anne, ben, eve] = peers as [Peer, Peer, Peer];
    const ids = await Promise.all(peers.map(async (peer) => String((await peer.status()).peer)));
    const [anneId, benId, eveId] = ids as [string, string, string];
    await together(peers, ids);
    // Eve knows a hash, and has lines to both.
    const { hash } = await eve.find('secret 0', 'secret 0.bin', LIMIT_MS);
    for (const [peer, trusted] of [
      [anne, benId],
      [ben, anneId],
    ] as const) {
      await peer.must(['trust', trusted]);
      await peer.must(['config', 'set', 'mode', 'pinned']);
    }
    await together([anne, ben], [anneId, benId]);
    await together([eve], [eveId]);

    const { results } = await eve.json<{ results: ResultJson[] }>('search', 'secret');
    // It may remember what it saw while the others were open, as contents of departed peers.
    const here = results.filter(({ peers }) => peers > 0);
    expect(here.map(({ name }) => name)).toEqual(['secret 2.bin']);
    expect((await eve.run('download', hash, '--wait', '2')).code).toBe(3);

    // Those who trust each other continue as before.
    const found = await ben.find('secret 0', 'secret 0.bin', LIMIT_MS);
    expect(await ben.download(found.hash)).toMatchObject({ bytes: 300_000, sources: 1 });
    const ofEve = await ben.json<{ results: ResultJson[] }>('search', 'secret 2');
    expect(ofEve.results.map(({ name }) => name)).not.toContain('secret 2.bin');
    const { stdout } = await anne.run('status');
    expect(stdout).toContain('Pinned: only the peer of "iwanto trust" can connect.');

    // Admitted again, immediately and by both.
    for (const peer of [anne, ben]) await peer.must(['config', 'unset', 'mode']);
    await together(peers, ids);
    await eve.find('secret 1', 'secret 1.bin', LIMIT_MS);
  }, 170_000);
});
