/** Two hosts behind home routers, neither of which can dial the other: a third one relays, and reads nothing. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, sha256Of, until, within, writeMade } from '@iwanto/peer';
import { type Lan, type LanHost, lanImpossible, makeCampus } from '@iwanto/peer/lan';

const reason = lanImpossible();
if (reason) process.stderr.write(`relayed.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) process.stderr.write('relayed.spec.ts looks into no packet: there is no python3\n');

const LIMIT_MS = 30_000;
const FILE_BYTES = 20_000_000;
const NAMES = ['anna', 'ben', 'carl'];

/** Counts bytes that pass the card of a host, and packets that contain the first of these texts, and one of the others. */
const WATCH = `
import signal, socket, sys
plain = [bytes.fromhex(word) for word in sys.argv[1:]]
card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
card.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 26)
card.settimeout(0.1)
seen, known, found, ended = 0, 0, 0, []
signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
print('watching', flush=True)
while not ended:
    try:
        packet = card.recv(1 << 17)
    except socket.timeout:
        continue
    seen += len(packet)
    known += plain[0] in packet
    found += any(word in packet for word in plain[1:])
print(seen, known, found, flush=True)
`;

const KNOWN = 'a plain text';
const SAY = `import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'${KNOWN}', ('10.77.0.1', 9))`;

/** What it counted so far; one text is sent past it on purpose. */
async function watch(host: LanHost, from: LanHost, plain: readonly Buffer[]) {
  const texts = [Buffer.from(KNOWN), ...plain];
  const words = ['-c', WATCH, ...texts.map((each) => each.toString('hex'))];
  const child: ChildProcess = host.spawn('python3', words, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const { stdout } = child;
  if (!stdout) throw new Error('the watch says nothing');
  stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await within(LIMIT_MS, 'the watch', once(stdout, 'data'));
  await once(from.spawn('python3', ['-c', SAY], { stdio: 'inherit' }), 'exit');
  return async (): Promise<number[]> => {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
    return (said.split('\n')[1] ?? '').split(' ').map(Number);
  };
}

story('two hosts behind routers of homes', () => {
  let root: string;
  let lan: Lan;
  let peers: Peer[];
  const peer = (at: number) => peers[at] as Peer;
  const sharedFile = (at: number) => join(root, `shared${at}`, `from${at}.bin`);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-relayed-'));
    lan = makeCampus(3, 1);
    peers = lan.hosts.map((host) => new Peer(join(root, `h${host.number}`), { host }));
    for (const [at, { home }] of peers.entries()) {
      await mkdir(home);
      await writeMade(sharedFile(at), FILE_BYTES);
      const config = { share: [join(root, `shared${at}`)], downloadDir: `${home}-in` };
      await writeFile(join(home, 'config.json'), JSON.stringify({ ...config, name: NAMES[at] }));
    }
    lan.translate(1);
    lan.translate(2);
    await peer(0).start();
    await Promise.all([peer(1).start(), peer(2).start()]);
    const [anna] = lan.hosts as [LanHost];
    for (const at of [1, 2]) await peer(at).must(['peers', 'add', anna.address, '--wait']);
    await until('three members', LIMIT_MS, async () =>
      (await peer(1).status()).peers.length === 3 ? true : undefined,
    );
  }, 120_000);

  afterAll(async () => {
    for (const each of peers) each.kill();
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  test('fetch from each other over a third one, which sees no plain byte; all three say so', async () => {
    const [anna, ben] = lan.hosts as [LanHost, LanHost];
    const { hash } = await peer(1).find('from2.bin', 'from2.bin', LIMIT_MS);
    const content = createHash('sha512').update(sharedFile(2)).digest().subarray(0, 32);
    const plain = [content, Buffer.from('from2.bin'), Buffer.from(hash), Buffer.from(hash, 'hex')];
    const watched = hasPython ? await watch(anna, ben, plain) : undefined;
    await peer(1).download(hash);
    const arrived = await sha256Of(join(`${peer(1).home}-in`, 'from2.bin'));
    expect(arrived).toBe(await sha256Of(sharedFile(2)));
    if (watched) {
      const [seen = 0, known, found] = await watched();
      // The kernel may drop copies for the watch on a busy machine.
      expect(seen).toBeGreaterThan(FILE_BYTES / 10);
      expect(known).toBeGreaterThan(0);
      expect(found).toBe(0);
    }
    expect(await peer(1).must(['downloads'])).toMatch(/ 1 via anna /);
    expect(await peer(1).must(['peers'])).toMatch(/carl .* via anna /);
    await until('the relay in status', LIMIT_MS, async () =>
      (await peer(1).must(['status'])).includes('anna relays between the two') ? true : undefined,
    );
    const { relaying } = await peer(0).json<{ relaying: { bytes: number } }>('status');
    expect(relaying.bytes).toBeGreaterThan(FILE_BYTES);
  }, 90_000);

  test('a host that relays for nobody ends it, and the download waits and says why', async () => {
    await peer(0).must(['config', 'set', 'relay', 'false']);
    const { hash } = await peer(2).find('from1.bin', 'from1.bin', LIMIT_MS);
    await peer(2).must(['download', hash, '--detach']);
    await until('the reason', LIMIT_MS, async () => {
      const { stdout } = await peer(2).run('status');
      return stdout.includes('and nobody relays: the port is closed') ? true : undefined;
    });
    await peer(0).must(['config', 'set', 'relay', 'true']);
    await until('the end of the download', LIMIT_MS, async () =>
      / done /.test(await peer(2).must(['downloads'])) ? true : undefined,
    );
  }, 90_000);
});
