/** One suite for both networks: the sockets on loopback and the one in memory that tests of the election use. */
import { randomBytes, randomInt } from 'node:crypto';
import type { NetworkInterfaceInfo } from 'node:os';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Group, groupNameFrom } from '@iwanto/service';
import { type Envelope, envelopeOf } from './envelope.js';
import { type UdpNetworkOptions, openUdpNetwork } from './multicast.js';
import type { Incoming, Network } from './network.js';
import { type Lan, MemoryLan } from './testing/memory-lan.js';
import { Peer } from './testing/peer.js';
import { until } from './testing/until.js';

const newGroup = (): Group => ({
  ...{ name: groupNameFrom('team'), key: randomBytes(32).toString('hex'), previous: null },
});
const newEnvelope = (group?: Group): Envelope =>
  envelopeOf({ group, nowMs: () => performance.now(), dropped: () => undefined });

class Loopback implements Lan {
  readonly #discoveryPort = randomInt(20_000, 60_000);
  readonly #open: Network[] = [];

  async join(heard: (incoming: Incoming) => void, options: Partial<UdpNetworkOptions> = {}) {
    const network = await openUdpNetwork({
      interfaces: ['lo'],
      port: this.#discoveryPort + 1,
      discoveryPort: this.#discoveryPort,
      envelope: newEnvelope(),
      heard,
      dropped: () => undefined,
      stale: () => undefined,
      outside: () => undefined,
      noWay: () => undefined,
      onTrouble: () => undefined,
      ...options,
    });
    this.#open.push(network);
    return network;
  }

  async close() {
    await Promise.all(this.#open.map((network) => network.close()));
  }
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const bytes = (words: string) => Buffer.from(words);

const hearer = () => {
  const heard: Incoming[] = [];
  const of = (words: string) => heard.filter((each) => text(each.bytes) === words);
  return {
    heard: (incoming: Incoming) => void heard.push(incoming),
    count: (words: string) => of(words).length,
    next: async (words: string): Promise<Incoming> => {
      await until(() => of(words).length > 0, `"${words}" is heard`);
      return of(words)[0] as Incoming;
    },
  };
};

describe.each([
  ['in memory', () => new MemoryLan()],
  ['sockets on loopback', () => new Loopback()],
])('a network: %s', (_, makeLan: () => Lan) => {
  const lans: Lan[] = [];
  const newLan = () => {
    const lan = makeLan();
    lans.push(lan);
    return lan;
  };
  afterEach(async () => {
    await Promise.all(lans.splice(0).map((lan) => lan.close()));
  });

  test('each peer has a port of its own', async () => {
    const lan = newLan();
    const ports = [];
    for (let count = 0; count < 4; count += 1) ports.push((await lan.join(() => undefined)).port);
    expect(new Set(ports).size).toBe(4);
  });

  test('multicast reaches all others, from the address that answers reach', async () => {
    const lan = newLan();
    const [a, b, c] = [hearer(), hearer(), hearer()];
    const speaker = await lan.join(a.heard);
    const answerer = await lan.join(b.heard);
    await lan.join(c.heard);
    speaker.multicast(() => bytes('to all'));
    const heard = await b.next('to all');
    expect(await c.next('to all')).toMatchObject({ multicast: true, from: heard.from });
    answerer.send(bytes('an answer'), heard.from);
    expect(await a.next('an answer')).toMatchObject({ multicast: false });
    expect([b.count('an answer'), c.count('an answer')]).toEqual([0, 0]);
  });

  test('bytes for this host are kept apart from bytes for the LAN', async () => {
    const lan = newLan();
    const one = hearer();
    const speaker = await lan.join(() => undefined);
    await lan.join(one.heard);
    speaker.multicast((reach) => bytes(reach));
    await one.next('host');
    expect(one.count('lan')).toBe(0);
  });

  test('a whole datagram of 1,200 bytes passes', async () => {
    const lan = newLan();
    const one = hearer();
    const speaker = await lan.join(() => undefined);
    const hearing = await lan.join(one.heard);
    speaker.send(bytes('x'.repeat(1_200)), { address: '127.0.0.1', port: hearing.port });
    await one.next('x'.repeat(1_200));
  });

  test('nobody there is no trouble: what comes later still passes', async () => {
    const lan = newLan();
    const one = hearer();
    const speaker = await lan.join(() => undefined);
    const hearing = await lan.join(one.heard);
    const gone = await lan.join(() => undefined);
    await gone.close();
    speaker.send(bytes('lost'), { address: '127.0.0.1', port: gone.port });
    speaker.send(bytes('lost'), { address: '203.0.113.9', port: 9 });
    speaker.send(bytes('lost'), { address: 'fe80::1%none', port: 9 });
    speaker.send(bytes('still here'), { address: '127.0.0.1', port: hearing.port });
    await one.next('still here');
  });

  test('a closed network hears and sends nothing', async () => {
    const lan = newLan();
    const [one, other] = [hearer(), hearer()];
    const closing = await lan.join(one.heard);
    const speaker = await lan.join(() => undefined);
    await lan.join(other.heard);
    await closing.close();
    closing.send(bytes('from the grave'), { address: '127.0.0.1', port: speaker.port });
    closing.multicast(() => bytes('from the grave'));
    speaker.multicast(() => bytes('to all'));
    await other.next('to all');
    expect([one.count('to all'), other.count('from the grave')]).toEqual([0, 0]);
  });

  test('three elections agree on the oldest, and on the next when it is killed or leaves', async () => {
    const lan = newLan();
    const peers: Peer[] = [];
    for (const bornMs of [1_000, 2_000, 3_000]) peers.push(await Peer.start(lan, { bornMs }));
    const [oldest, second, third] = peers as [Peer, Peer, Peer];
    const follow = (leader: Peer, followers: Peer[]) =>
      until(
        () => followers.every((peer) => peer.leader === leader.id),
        `${followers.length} peers follow the one of rank ${leader.bornMs}`,
      );
    await follow(oldest, [oldest, second, third]);
    await oldest.kill();
    await until(
      () =>
        second.leader === third.leader && [second.id, third.id].includes(second.leader as never),
      'the two left agree',
      10_000,
    );
    const leader = second.leader === second.id ? second : third;
    const last = leader === second ? third : second;
    await until(() => last.standbys.includes(last.id), 'the follower stands by', 10_000);
    await leader.leave();
    await follow(last, [last]);
    await last.kill();
  }, 30_000);
});

describe('sockets alone', () => {
  const lan = () => {
    const made = new Loopback();
    open.push(made);
    return made;
  };
  const open: Loopback[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });
  const interfacesOf =
    (...addresses: string[]) =>
    () => ({
      lo: addresses.map(
        (address) =>
          ({
            address,
            family: 'IPv4',
            cidr: `${address}/32`,
            internal: true,
          }) as NetworkInterfaceInfo,
      ),
    });

  test('HOSTILE 155, 157: the elections of a group agree, and an older one beside it neither hears nor leads them', async () => {
    const network = lan();
    const group = newGroup();
    const inGroup = () => ({ envelope: newEnvelope(group) });
    const open = await Peer.start(network, { bornMs: 1_000 });
    const other = await Peer.start(network, {
      ...{ bornMs: 2_000, options: { envelope: newEnvelope(newGroup()) } },
    });
    const older = await Peer.start(network, { bornMs: 3_000, options: inGroup() });
    const younger = await Peer.start(network, { bornMs: 4_000, options: inGroup() });
    await until(() => younger.leader === older.id, 'the group agrees', 10_000);
    for (const alone of [open, other]) {
      await until(() => alone.leader === alone.id, 'each other one leads itself', 10_000);
      expect(alone.election.counts.heard).toBe(0);
    }
    expect([older.leader, younger.leader]).toEqual([older.id, older.id]);
    // Both others are on this host: one address.
    expect(older.network.view().strangers).toMatchObject([{ address: '127.0.0.1' }]);
    for (const peer of [open, other, older, younger]) await peer.kill();
  }, 30_000);

  test('HOSTILE 12: a source outside the own subnets is not heard unless it is known', async () => {
    const one = hearer();
    const network = lan();
    const dropped: string[] = [];
    const hearing = await network.join(one.heard, {
      listInterfaces: interfacesOf('127.0.0.1'),
      dropped: ({ address }) => void dropped.push(address),
    });
    const stranger = await network.join(() => undefined, {
      listInterfaces: interfacesOf('127.0.0.2', '127.0.0.1'),
    });
    const to = { address: '127.0.0.1', port: hearing.port };
    const far = await network.join(() => undefined, {
      listInterfaces: () => ({
        lo: interfacesOf('127.0.0.3')().lo.map((info) => ({ ...info, cidr: '127.0.0.3/8' })),
      }),
    });
    far.send(bytes('from a stranger'), to);
    stranger.send(bytes('from a neighbour'), to);
    await one.next('from a neighbour');
    expect(one.count('from a stranger')).toBe(0);
    expect(dropped).toEqual(['127.0.0.3']);
    hearing.acquaint('127.0.0.3');
    far.send(bytes('from a friend'), to);
    await one.next('from a friend');
  });

  test('HOSTILE 17: an address that goes and comes back, or changes, is followed', async () => {
    let addresses = interfacesOf('127.0.0.1');
    const one = hearer();
    const network = lan();
    const moving = await openMoving();
    const speaker = await network.join(one.heard, {
      listInterfaces: interfacesOf('127.0.0.1', '127.0.0.9'),
    });
    const { port } = moving;
    addresses = interfacesOf();
    await moving.relist();
    expect(() => moving.multicast(() => bytes('nowhere'))).not.toThrow();
    moving.send(bytes('nowhere'), { address: '127.0.0.1', port: speaker.port });
    addresses = interfacesOf('127.0.0.9');
    await moving.relist();
    moving.multicast(() => bytes('back'));
    expect(await one.next('back')).toMatchObject({ from: { address: '127.0.0.9', port } });
    expect(moving.ownAddress()).toBe('127.0.0.9');

    async function openMoving() {
      return network.join(() => undefined, { listInterfaces: () => addresses() });
    }
  });

  test('HOSTILE 18: no free port is a sentence that names the port and the way out', async () => {
    const taken = 65_535;
    const network = lan();
    await network.join(() => undefined, { port: taken });
    await expect(network.join(() => undefined, { port: taken })).rejects.toMatchObject({
      sentence: expect.stringMatching(/65535.*ports\.election/),
    });
  });

  test('an address that cannot be bound yet is reported when it is refused a second time', async () => {
    const network = await lan().join(() => undefined, {
      listInterfaces: interfacesOf('127.0.0.1', '192.0.2.1'),
    });
    expect(network.view().troubles).toEqual([]);
    await network.relist();
    expect(network.view().troubles).toEqual([
      expect.stringMatching(/^192\.0\.2\.1 cannot be used/),
    ]);
  });

  test('an interface that is not there is waited for', async () => {
    const network = await lan().join(() => undefined, { interfaces: ['not-there'] });
    network.multicast(() => bytes('nowhere'));
    expect(network.ownAddress()).toBe('127.0.0.1');
  });
});
