/** What departed hosts had: shown below what is online, through a change of leader and a restart. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, until, writeMade } from '@iwanto/peer';
import { type SearchResult, reasonOf } from '@iwanto/wire';
import { type Lan, lanImpossible, makeLan } from '@iwanto/peer/lan';

const reason = lanImpossible();
if (reason) process.stderr.write(`left.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

/** Generous: test machines are busy. */
const LIMIT_MS = 30_000;
const NAMES = ['ben', 'cleo', 'anna'];

story('three hosts, two of which leave', () => {
  let lan: Lan;
  let root: string;
  let peers: Peer[];

  const shareOf = (at: number) => join(root, `host-${at}`, 'films');
  const start = (at: number) => peers[at]!.start('--share', shareOf(at));

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-e2e-'));
    lan = makeLan(3);
    peers = lan.hosts.map((host, at) => {
      return new Peer(join(root, `host-${at}`, 'home'), { host, env: { IWANT_NAME: NAMES[at] } });
    });
    for (const at of [0, 1, 2]) await writeMade(join(shareOf(at), `holiday ${at}.mkv`), 10_000);
    // One after the other: the first leads, the second is its standby.
    for (const at of [0, 1, 2]) await start(at);
  }, 90_000);

  afterAll(async () => {
    for (const peer of peers) peer.kill();
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 60_000);

  /** Searches at one host until each film is as expected: how many hold it, and who had it. */
  const becomes = async (by: Peer, expected: Readonly<Record<number, string>>) => {
    let last = '';
    const isThere = until(`${JSON.stringify(expected)} in the results`, LIMIT_MS, async () => {
      const { results } = await by.json<{ results: SearchResult[] }>(
        'search',
        'holiday',
        '--ext',
        'mkv',
      );
      const found = results.map(({ name, peers: holders, seen }) => [
        /\d/.exec(name)?.[0] ?? name,
        seen ? `seen ${seen.peers.map((peer) => peer.name).join()}` : `${holders}`,
      ]);
      last = JSON.stringify(Object.fromEntries(found));
      return last === JSON.stringify(expected) ? results : undefined;
    });
    return isThere.catch((cause: unknown) => {
      throw new Error(`${reasonOf(cause)}; the last results were ${last}`);
    });
  };

  test('who leaves is seen by those who stay, and is no source', async () => {
    await becomes(peers[1]!, { 0: '1', 1: '1', 2: '1' });
    peers[2]!.kill();
    const results = await becomes(peers[1]!, { 0: '1', 1: '1', 2: 'seen anna' });
    expect(results.at(-1)).toMatchObject({ name: 'holiday 2.mkv', peers: 0 });
    const { code, stdout, stderr } = await peers[1]!.run('search', 'holiday 2.mkv');
    expect(stdout).toMatch(/seen \d+ \w+ ago on anna/);
    expect([code, stderr]).toEqual([3, 'Nobody who is here has it; it was seen before:\n']);
    const refused = await peers[1]!.run('download', '1');
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('ago on anna')]);
  }, 90_000);

  test('the leader goes too: the next one knows of both, and so it does after a restart', async () => {
    peers[0]!.kill();
    await becomes(peers[1]!, { 0: 'seen ben', 1: '1', 2: 'seen anna' });
    expect((await peers[1]!.run('stop')).code).toBe(0);
    await start(1);
    await becomes(peers[1]!, { 0: 'seen ben', 1: '1', 2: 'seen anna' });
  }, 120_000);

  test('who comes back is a source again; who is not to be remembered is not', async () => {
    await start(2);
    await becomes(peers[1]!, { 0: 'seen ben', 1: '1', 2: '1' });
    expect((await peers[1]!.run('config', 'set', 'rememberHours', '0')).code).toBe(0);
    await becomes(peers[1]!, { 1: '1', 2: '1' });
  }, 90_000);
});
