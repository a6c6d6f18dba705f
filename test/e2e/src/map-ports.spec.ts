/** A router that maps ports: hosts outside join and fetch from a host behind it, which only asked its router. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, sha256Of, until, writeMade } from '@iwanto/peer';
import { type Lan, lanImpossible, makeCampus } from '@iwanto/peer/lan';
import { MappingRouter, OUTSIDE, mappingImpossible } from '@iwanto/peer/mapping-router';

const reason = lanImpossible() ?? mappingImpossible();
if (reason) process.stderr.write(`map-ports.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

const LIMIT_MS = 20_000;
interface MappingJson {
  readonly mapping: { readonly via: string; readonly address: string } | null;
}

story('a host behind a router that maps ports', () => {
  let root: string;
  let lan: Lan;
  let router: MappingRouter;
  let [outer, inner] = [undefined, undefined] as unknown as [Peer, Peer];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'iwanto-map-ports-'));
    lan = makeCampus(2, 1);
    router = new MappingRouter(lan, root);
    await router.start('PCP and NAT-PMP');
    await writeMade(join(root, 'shared', 'inner.bin'), 20_000_000);
    [outer, inner] = lan.hosts.map((host) => new Peer(join(root, `h${host.number}`), { host })) as [
      Peer,
      Peer,
    ];
    for (const peer of [outer, inner]) {
      await mkdir(peer.home);
      const share = peer === inner ? [join(root, 'shared')] : [];
      const config = { share, downloadDir: `${peer.home}-downloads` };
      await writeFile(join(peer.home, 'config.json'), JSON.stringify(config));
    }
    await Promise.all([outer.start(), inner.start('--map-ports')]);
  }, 60_000);

  afterAll(async () => {
    for (const peer of [outer, inner]) peer.kill();
    await router.stop();
    lan.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  const mappedBy = (via: string) =>
    until(`ports mapped by ${via}`, LIMIT_MS, async () => {
      const { mapping } = await inner.json<MappingJson>('status');
      return mapping?.via === via && router.mapped().length === 3 ? mapping : undefined;
    });

  test('nothing is opened to the internet while everybody is admitted', async () => {
    await until('the reason', LIMIT_MS, async () =>
      (await inner.run('status')).stdout.includes(`its outer address ${OUTSIDE} is on the internet`)
        ? true
        : undefined,
    );
    expect(router.mapped()).toEqual([]);
    const ids = await Promise.all(
      [outer, inner].map(async (peer) => (await peer.json<{ peer: string }>('id')).peer),
    );
    for (const [at, peer] of [inner, outer].entries()) {
      await peer.must(['trust', ids[at] as string]);
      await peer.must(['config', 'set', 'mode', 'pinned']);
    }
  }, 60_000);

  test('PCP: it is joined from outside by the address that status shows, and fetched from', async () => {
    expect(await mappedBy('PCP')).toMatchObject({ address: OUTSIDE });
    expect((await inner.run('status')).stdout).toContain(
      `joins with "iwanto peers add ${OUTSIDE}"`,
    );
    const added = await outer.run('peers', 'add', OUTSIDE, '--wait');
    expect(added).toMatchObject({ code: 0, stderr: '' });
    const { hash } = await outer.find('inner.bin', 'inner.bin', LIMIT_MS);
    await outer.download(hash);
    const arrived = await sha256Of(join(`${outer.home}-downloads`, 'inner.bin'));
    expect(arrived).toBe(await sha256Of(join(root, 'shared', 'inner.bin')));
    // The port for pieces is not mapped: that connection comes from inside.
    const { ways } = await outer.json<{ ways: { way: string }[] }>('peers');
    expect(ways).toMatchObject([{ way: 'reversed' }]);
  }, 60_000);

  test('that only its data port is closed is said, once, with the port to allow', async () => {
    const closed = `${OUTSIDE}:17120 (TCP) cannot be dialled from here; that host opens the connections itself`;
    const { stdout } = await until('the closed port', LIMIT_MS, async () => {
      const answer = await outer.run('status');
      return answer.stdout.includes(closed) ? answer : undefined;
    });
    expect(stdout).toContain(`allow TCP 17120 in the firewall of ${OUTSIDE}`);
    const log = (await outer.must(['log', 'transfer'])).split('\n');
    expect(log.filter((line) => line.includes('cannot be dialled'))).toHaveLength(1);
    const { stdout: doctor } = await outer.run('doctor', OUTSIDE);
    expect(doctor).toContain('at TCP port 17120 (transfer, data line) refuses');
  }, 60_000);

  const switchOff = async () => {
    await inner.must(['config', 'set', 'mapPorts', 'false']);
    expect(await inner.json<MappingJson>('status')).toMatchObject({ mapping: null });
    await until('nothing mapped', LIMIT_MS, async () => router.mapped().length === 0 || undefined);
  };

  test('what is switched off is unmapped; NAT-PMP serves where PCP is not answered', async () => {
    await switchOff();
    router.ignorePcp();
    await inner.must(['config', 'set', 'mapPorts', 'true']);
    expect(await mappedBy('NAT-PMP')).toMatchObject({ address: OUTSIDE });
  }, 60_000);

  test('NAT-PMP unmaps as well, and UPnP serves where neither is there', async () => {
    await switchOff();
    await router.stop();
    await router.start('UPnP');
    await inner.must(['config', 'set', 'mapPorts', 'true']);
    await mappedBy('UPnP');
  }, 60_000);

  test('a stop removes what was mapped', async () => {
    await inner.stop();
    expect(router.mapped()).toEqual([]);
  }, 30_000);
});
