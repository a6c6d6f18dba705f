/** Ports are mapped when that is wanted, renewed, mapped again if something changed, and removed at the end. */
import { afterEach, expect, test } from '@jest/globals';
import type { PeerCard, PeerId, PublicKey } from '@iwanto/wire';
import type { MapQuestion, MappedPort, PortMapper } from './port-mapper.js';
import { PortMapping, type PortMappingOptions, wishesOf } from './port-mapping.js';

const PEER = '00'.repeat(10) as PeerId;
const card: PeerCard = {
  ...{ electionPort: 17_117, indexerPort: 17_118, transferPort: 17_119, name: 'ben' },
  curveKey: 'ab'.repeat(32) as PublicKey,
};

/** A router that maps what it is asked for, or refuses. */
class Router {
  readonly mapped = new Map<string, MappedPort>();
  readonly asked: MapQuestion[] = [];
  refusal: string | undefined;
  address = '10.0.0.9';

  mapper = (): PortMapper => ({
    via: 'PCP',
    map: async (question) => {
      this.asked.push(question);
      if (this.refusal !== undefined) throw new Error(this.refusal);
      const { protocol, port, externalPort } = question;
      const taken = [...this.mapped.values()].some(
        (each) => each.externalPort === externalPort && each.port !== port,
      );
      const given = { protocol, port, externalPort: taken ? externalPort + 1 : externalPort };
      this.mapped.set(`${protocol} ${port}`, given);
      return given;
    },
    unmap: async ({ protocol, port }) => void this.mapped.delete(`${protocol} ${port}`),
    externalAddress: async () => this.address,
    close: () => undefined,
  });
}

const closing: PortMapping[] = [];
afterEach(async () => {
  for (const mapping of closing.splice(0)) await mapping.close();
});

function made(router: Router, changes: Partial<PortMappingOptions> = {}) {
  const said: string[] = [];
  const own = { interface: 'eth0', address: '10.1.0.2', prefixBits: 24, loopback: false };
  let announced = 0;
  const mapping = new PortMapping({
    wishes: () => wishesOf(card, PEER),
    addresses: () => [{ ...own, multicast: true, ownMulticastMsAgo: null }],
    ...{ secret: 'x', isOpen: true },
    onMapped: () => (announced += 1),
    onInfo: (sentence) => said.push(sentence),
    onTrouble: (sentence) => said.push(sentence),
    routers: async () => ['10.2.0.1', '10.1.0.1'],
    ways: [{ via: 'PCP', open: async () => router.mapper() }],
    ...changes,
  });
  closing.push(mapping);
  return { mapping, said, announced: () => announced };
}

test('all three ports are mapped, said once, announced outside, and removed', async () => {
  const router = new Router();
  const { mapping, said, announced } = made(router);
  expect([mapping.view(), mapping.outwardCard(card)]).toEqual([null, card]);
  await mapping.use(true);
  expect(mapping.view()).toMatchObject({ via: 'PCP', router: '10.1.0.1', address: '10.0.0.9' });
  expect(mapping.outwardCard(card)).toMatchObject({
    ...{ electionPort: 17_117, indexerPort: 20_000, transferPort: 20_001 },
  });
  await mapping.look();
  expect(said).toEqual([
    'The router 10.1.0.1 maps UDP 17117 and TCP 17118, 17119 at 10.0.0.9 to this host (PCP).',
  ]);
  expect([router.asked.length, announced()]).toEqual([3, 1]);
  await mapping.use(false);
  expect([router.mapped.size, mapping.view(), mapping.troubles()]).toEqual([0, null, []]);
});

test('a port that changed is mapped in place of the one before; what the router gave is asked for again', async () => {
  const router = new Router();
  router.mapped.set('of another host', { protocol: 'tcp', port: 9, externalPort: 20_000 });
  let now = card;
  const { mapping, announced } = made(router, { wishes: () => wishesOf(now, PEER) });
  await mapping.use(true);
  expect(mapping.outwardCard(card)).toMatchObject({ indexerPort: 20_001 });
  now = { ...card, transferPort: 17_129 };
  await mapping.look();
  expect([...router.mapped.keys()].toSorted()).toEqual([
    ...['of another host', 'tcp 17118', 'tcp 17129', 'udp 17117'],
  ]);
  expect(mapping.outwardCard(card)).toMatchObject({ indexerPort: 20_001 });
  expect(announced()).toBe(2);
});

test('a router that refuses is named once, with what can be done by hand', async () => {
  const router = new Router();
  router.refusal = 'it does not allow that';
  const { mapping, said } = made(router);
  await mapping.use(true);
  await mapping.look();
  const [trouble = ''] = mapping.troubles();
  expect(trouble).toContain('the router 10.1.0.1 does not map ports (PCP: it does not allow that)');
  expect(trouble).toContain('forward UDP 17117 and TCP 17118, 17119 to 10.1.0.2 there by hand');
  expect(said).toEqual([`${trouble}.`]);
});

test('without a router in an own subnet that is said', async () => {
  const { mapping } = made(new Router(), { routers: async () => ['10.2.0.1'] });
  await mapping.use(true);
  expect(mapping.troubles().join()).toContain('there is no default route to a router');
});

test('HOSTILE 148: nothing is opened to the internet while everybody is admitted', async () => {
  const router = new Router();
  router.address = '11.0.0.1';
  const { mapping } = made(router);
  await mapping.use(true);
  expect([router.mapped.size, mapping.view()]).toEqual([0, null]);
  expect(mapping.troubles().join()).toContain('"iwanto config set mode pinned"');
  const pinned = made(router, { isOpen: false });
  await pinned.mapping.use(true);
  expect(pinned.mapping.view()).toMatchObject({ address: '11.0.0.1' });
});

test('a service whose port is not open yet is left out', () => {
  expect(wishesOf(null, PEER)).toEqual([]);
  expect(wishesOf({ ...card, indexerPort: 0 }, PEER).map(({ port }) => port)).toEqual([
    17_117, 17_119,
  ]);
});
