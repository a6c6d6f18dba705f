/** Mode group in three network namespaces: two members, one outside, and everything that crosses the link of a member, recorded. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROGRAM, Peer, type ResultJson, until } from '@iwanto/peer';
import { plantedIn } from './capture.js';
import { type Lan, type LanHost, lanImpossible, makeLan } from '@iwanto/peer/lan';
import { run } from '@iwanto/peer/lan-commands';

const reason = lanImpossible();
if (reason) process.stderr.write(`group.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const canRecord = spawnSync('tcpdump', ['--version']).status === 0;
if (!canRecord) {
  process.stderr.write(
    'group.spec.ts: nothing is recorded, because tcpdump is missing (Debian package tcpdump)\n',
  );
}
const recorded = canRecord ? test : test.skip;

const LIMIT_MS = 30_000;
const FILES = 1_000;
const WORDS = 'lusab babad gutih tugad';

/** Records what crosses the card of a host until it is stopped, except what another one sends. */
async function record(host: LanHost, path: string, other: LanHost) {
  const from = run('ip', 'netns', 'exec', other.namespace, 'cat', '/sys/class/net/eth0/address');
  const filter = ['not', 'ether', 'src', from.trim()];
  const words = ['-i', 'eth0', '-s', '0', '-U', '-Z', 'root', '-w', path, ...filter];
  const program = host.spawn('tcpdump', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (!program.stderr) throw new Error('tcpdump has no output');
  await once(program.stderr, 'data');
  return async (): Promise<Buffer> => {
    const ended = once(program, 'exit');
    program.kill('SIGINT');
    await ended;
    return readFile(path);
  };
}

story('two members of a group and a stranger on one LAN', () => {
  let lan: Lan;
  let root: string;
  /** What Ben shares with the group alone, while all three are open peers. */
  let plans: string;
  let peers: [Peer, Peer, Peer];
  let ids: [string, string, string];
  const names = Array.from({ length: FILES }, () => `${randomBytes(6).toString('hex')} secret.txt`);

  const shareOf = (at: number) => join(root, `host-${at}`, 'my files');
  const hostOf = (at: number) => lan.hosts[at] as LanHost;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-e2e-'));
    plans = join(root, 'host-1', 'our plans');
    lan = makeLan(3);
    const made = lan.hosts.map((host, at) => new Peer(join(root, `host-${at}`), { host }));
    peers = made as typeof peers;
    for (const at of peers.keys()) spawnSync('mkdir', ['-p', shareOf(at)]);
    await writeFile(join(shareOf(1), 'of ben.txt'), randomBytes(300_000));
    spawnSync('mkdir', ['-p', join(plans, 'drafts')]);
    await writeFile(join(plans, 'plan A.bin'), randomBytes(2_500_000));
    for (const at of [1, 2, 3]) await writeFile(join(plans, 'drafts', `plan ${at}.txt`), `${at}`);
    await Promise.all(peers.map((peer, at) => peer.start('--share', shareOf(at))));
    const statuses = await Promise.all(peers.map((peer) => peer.status()));
    ids = statuses.map(({ peer }) => String(peer)) as typeof ids;
    const [anne, ben] = peers;
    await anne.must(['name', 'studio of anne']);
    await ben.must(['name', 'studio of ben']);
  }, 90_000);

  afterAll(async () => {
    for (const peer of peers) peer.kill();
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 60_000);

  const seen = async (peer: Peer) => (await peer.status()).peers.map((one) => one.peer).sort();
  const together = (among: readonly Peer[], expected: readonly string[]) =>
    until(`${expected.length} peers that see nobody else`, LIMIT_MS, async () => {
      const lists = await Promise.all(among.map(seen));
      return lists.every((list) => String(list) === String([...expected].sort())) || undefined;
    });

  async function passphraseFile(at: number, words: string): Promise<string[]> {
    const path = join(root, `passphrase ${at}`);
    await writeFile(path, words, { mode: 0o600 });
    return ['--passphrase-file', path];
  }
  const admit = async (at: 0 | 1 | 2, words: string) => {
    await peers[at].must(['group', 'add', 'team', ...(await passphraseFile(at, words))]);
    await peers[at].must(['group', 'join', 'team']);
  };

  test('HOSTILE 162, 163: on an open LAN a folder of a group is there for its members alone', async () => {
    const [anne, ben, eve] = peers;
    await together(peers, ids);
    for (const at of [0, 1] as const) {
      await peers[at].must(['group', 'add', 'team', ...(await passphraseFile(at, WORDS))]);
    }
    expect(await ben.json('share', plans, '--group', 'team')).toMatchObject({ group: 'team' });
    const folder = await anne.find('our plans', 'our plans', LIMIT_MS);
    expect(folder).toMatchObject({ kind: 'directory', peers: 1, inGroup: 'team' });
    const within = ['ls', `${ids[1]}/our plans`] as const;
    expect(await anne.json(...within)).toMatchObject({ entries: [{}, { name: 'plan A.bin' }] });
    expect(await anne.download(folder.hash)).toMatchObject({ bytes: 2_500_003, sources: 1 });

    // The leader knows nothing of it, nor do hosts that are asked for it.
    const { results } = await eve.json<{ results: ResultJson[] }>('search', 'plan');
    expect(results).toEqual([]);
    expect((await eve.run(...within)).code).toBe(3);
    expect((await eve.run('ls', ids[1])).stdout).not.toContain('plans');
    expect((await eve.run('download', folder.hash, '--wait', '2')).code).toBe(3);
    const { files } = await eve.json<{ files: { elsewhere: number }[] }>('have', plans);
    expect(files.map(({ elsewhere }) => elsewhere)).toEqual([0, 0, 0, 0]);

    for (const peer of [anne, eve]) await peer.must(['want', 'budget']);
    await writeFile(join(plans, 'budget.bin'), 'for members');
    const foundBy = async (peer: Peer) =>
      (await peer.json<{ wants: { found: unknown[] }[] }>('wants')).wants[0]?.found.length;
    await until('what was wanted', LIMIT_MS, async () => (await foundBy(anne)) === 1 || undefined);
    expect(await foundBy(eve)).toBe(0);
  }, 90_000);

  test('HOSTILE 155: from the moment they join, who is outside finds, fetches and leads nothing', async () => {
    const [anne, ben, eve] = peers;
    await together(peers, ids);
    // Eve knows a hash, and has lines to both.
    const { hash } = await eve.find('of ben', 'of ben.txt', LIMIT_MS);
    await Promise.all([admit(0, WORDS), admit(1, ` ${WORDS}`)]);
    await together([anne, ben], ids.slice(0, 2));
    await together([eve], ids.slice(2));
    const { results } = await eve.json<{ results: ResultJson[] }>('search', 'of ben');
    // It may remember what it saw while the others were open, as contents of departed peers.
    expect(results.filter((one) => one.peers > 0)).toEqual([]);
    expect((await eve.run('download', hash, '--wait', '2')).code).toBe(3);
    const doctor = await eve.run('doctor');
    expect(doctor.stdout).toContain('is in a group that this host has not joined');
    expect((await anne.run('status')).stdout).toContain('only hosts that know its passphrase');
    expect((await anne.run('peers')).stderr).toContain('members of the group team');
  }, 90_000);

  recorded(
    'HOSTILE 161: of 1,000 planted files not a name nor a hash is readable on the wire',
    async () => {
      const [, ben] = peers;
      // Eve is an open peer: she announces herself, and for a while whom she saw while they were open.
      const stop = await record(hostOf(0), join(root, 'capture.pcap'), hostOf(2));
      await Promise.all(names.map((name) => writeFile(join(shareOf(0), name), randomBytes(1_500))));
      const where = `${ids[0]}/my files`;
      const entries = await until(`${FILES} files in the list of Ben`, LIMIT_MS, async () => {
        const list = await ben.json<{ entries?: { name: string; hash: string | null }[] }>(
          'ls',
          where,
        );
        const all = list.entries?.filter((one) => one.hash !== null) ?? [];
        return all.length >= FILES ? all : undefined;
      });
      // The folder that Ben himself shares has the same name.
      const own = await ben.json<{ entries: { hash: string | null }[] }>('ls', ids[1]);
      const ownHash = own.entries[0]?.hash ?? undefined;
      const folder = await ben.find('my files', 'my files', LIMIT_MS, ownHash);
      expect(await ben.download(folder.hash)).toMatchObject({ sources: 1 });
      const capture = await stop();
      const members = ids.slice(0, 2);
      const hashes = entries.map(({ hash }) => String(hash));
      const secrets = [...names, ...hashes, ...hashes.map((hash) => Buffer.from(hash, 'hex'))];
      const needles = [
        ...secrets,
        'studio of anne',
        ...members,
        ...members.map((id) => Buffer.from(id, 'hex')),
      ].map((one) => Buffer.from(one));
      expect(needles.length).toBeGreaterThan(3 * FILES);
      // More than the files themselves was recorded, and datagrams of the group are in it.
      expect(capture.length).toBeGreaterThan(1_500 * FILES);
      expect(capture.includes(Buffer.from([0x69, 0x47, 1, 0]))).toBe(true);
      expect(plantedIn(capture, needles)).toEqual([]);
      expect(plantedIn(Buffer.concat([capture, needles.at(7) ?? capture]), needles)).toHaveLength(
        1,
      );
    },
    120_000,
  );

  test('HOSTILE 156, 158: another passphrase is another group; a change of it loses nobody who has both', async () => {
    const [anne, ben, eve] = peers;
    await admit(2, `${WORDS} wrong`);
    await together([eve], ids.slice(2));
    await together([anne, ben], ids.slice(0, 2));
    // The one that leads is heard.
    await until('the other key', LIMIT_MS, async () =>
      /the group key of 10\.77\.0\.[12] differs/.test((await eve.run('doctor')).stdout)
        ? true
        : undefined,
    );

    const rotate = async (at: 0 | 1, ...finish: string[]) => {
      const words = finish.length > 0 ? finish : await passphraseFile(at, `${WORDS} next`);
      await peers[at].must(['group', 'rotate', 'team', ...words]);
      await together([anne, ben], ids.slice(0, 2));
    };
    await rotate(1);
    await rotate(0);
    await rotate(0, '--finish');
    await rotate(1, '--finish');
    const { hash } = await anne.find('of ben', 'of ben.txt', LIMIT_MS);
    expect(await anne.download(hash)).toMatchObject({ bytes: 300_000 });
  }, 120_000);

  test('HOSTILE 93: a passphrase that is typed is not shown, and one that is made is shown once', async () => {
    const iwanto = `"${process.execPath}" "${PROGRAM}"`;
    const env = { ...process.env, IWANT_HOME: join(root, 'typing') };
    /** Types each word when prompted; returns everything that the terminal showed. */
    const typed = async (action: string, ...words: string[]) => {
      const command = `${iwanto} group ${action} 2>&1`;
      const terminal = spawn('script', ['-qefc', command, '/dev/null'], { env, timeout: LIMIT_MS });
      let shown = '';
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
        if (/: $/.test(text)) terminal.stdin.write(`${words.shift()}\r`);
      });
      await once(terminal, 'close');
      return shown;
    };
    const shown = await typed('add team', WORDS, WORDS);
    expect(shown).toContain('added: team');
    expect(shown).not.toContain('lusab');
    expect(await typed('add other', WORDS, `${WORDS} 2`)).toContain('differ');
    expect(await typed('add made', '')).toMatch(/^([a-z]{5} ){5}[a-z]{5}\r?$/m);
  }, 60_000);
});
