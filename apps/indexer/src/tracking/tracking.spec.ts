/** Two and three indexers' tracker sides over loopback: announced, found, located, and forgotten. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { CurveKeys, KnownPeer, Leadership, NewsBody, Peers, Topic } from '@iwanto/bus';
import type {
  BootId,
  CatalogId,
  CatalogueEntry,
  FileHash,
  Peer,
  PeerId,
  PublicKey,
} from '@iwanto/wire';
import { peerOfSignKey } from '@iwanto/service';
import type { CatalogueLog, Changes } from './announce.js';
import { HEDGE_AFTER_MS } from './leader-line.js';
import { type Tracking, startTracking } from './tracker-service.js';

const hexOf = (text = '') => Buffer.from(text, 'base64url').toString('hex');
const LIMIT_MS = 8_000;

const newIdentity = () => {
  const curve = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const signing = generateKeyPairSync('ed25519');
  const signKey = hexOf(signing.publicKey.export({ format: 'jwk' }).x) as PublicKey;
  const keys: CurveKeys = { publicKey: hexOf(curve.x) as PublicKey, secretKey: hexOf(curve.d) };
  return {
    peer: peerOfSignKey(signKey),
    signKey,
    curve: keys,
    sign: (bytes: Uint8Array) => new Uint8Array(sign(null, bytes, signing.privateKey)),
  };
};

/** The log as the catalogue keeps it: each path with the revision of its last change. */
class MemoryLog implements CatalogueLog {
  revision = 0;
  readonly #lines = new Map<string, { revision: number; entry?: CatalogueEntry }>();

  constructor(readonly catalogId: CatalogId) {}

  set(path: string, entry?: Omit<CatalogueEntry, 'path'>): void {
    this.revision += 1;
    this.#lines.delete(path);
    this.#lines.set(path, {
      revision: this.revision,
      ...(entry && { entry: { path, ...entry } }),
    });
  }

  ownContent(): undefined {
    return undefined;
  }

  list(path: string) {
    const entries = [...this.#lines.values()].flatMap(({ entry }) => {
      if (!entry?.path.startsWith(`${path}/`)) return [];
      const { kind, hash, size } = entry;
      return [{ kind, hash, size, name: entry.path.slice(path.length + 1), files: 1 }];
    });
    return { entries, more: false };
  }

  changesSince(since: number, limit: number): Changes {
    const newer = [...this.#lines].filter(([, line]) => line.revision > since);
    const part = newer.slice(0, limit);
    const more = newer.length > part.length;
    const last = part.at(-1)?.[1].revision ?? since;
    return {
      catalogId: this.catalogId,
      since,
      revision: more ? last : this.revision,
      more,
      entries: part.flatMap(([, { entry }]) => entry ?? []),
      gone: part.flatMap(([path, { entry }]) => (entry ? [] : [path])),
    };
  }
}

/** One host: the test publishes the election's news. */
const startHost = async (id: string, blocked: ReadonlySet<PeerId> = new Set()) => {
  const identity = newIdentity();
  const log = new MemoryLog(id.repeat(16) as CatalogId);
  const followers = new Map<Topic, (body: unknown) => void>();
  const published: { topic: Topic; body: unknown }[] = [];
  const heardLost: (() => void)[] = [];
  const tracking: Tracking = await startTracking({
    identity,
    version: '0.0.0',
    catalogue: log,
    port: 0,
    addresses: () => ['127.0.0.1'],
    isBlocked: (peer) => blocked.has(peer),
    onTrouble: (sentence) => troubles.push(sentence),
    bus: {
      call: () => Promise.reject(new Error('no service is asked here')),
      follow: (topic, heard) => {
        followers.set(topic, heard as (body: unknown) => void);
        return () => followers.delete(topic);
      },
      subscribe: () => () => undefined,
      publish: (topic, body) => {
        published.push({ topic, body });
        for (const heard of heardLost) heard();
      },
    },
  });
  const tell = <T extends Topic>(topic: T, body: NewsBody<T>) => followers.get(topic)?.(body);
  const at: Peer = {
    peer: identity.peer,
    address: '127.0.0.1',
    electionPort: 1,
    indexerPort: tracking.port,
    transferPort: 4_000,
    curveKey: identity.curve.publicKey,
    name: id,
  };
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await tracking.close();
  };
  closing.push(close);
  return { identity, log, tracking, tell, at, published, heardLost, close };
};
type Host = Awaited<ReturnType<typeof startHost>>;

const troubles: string[] = [];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  expect(troubles.splice(0)).toEqual([]);
});

let revision = 0;
/** What the election of every host says: the first leads, the second takes over. */
const elect = (hosts: readonly Host[], members: readonly Host[] = hosts) => {
  const [leader, ...standbys] = members;
  revision += 1;
  const known = members.map(({ at }): KnownPeer => {
    return {
      ...at,
      seen: 'roster',
      member: true,
      sinceSeconds: 1,
      roundTripMs: 1,
      catalogue: null,
    };
  });
  const peers: Peers = { revision, peers: known };
  for (const host of members) {
    const at = members.indexOf(host);
    const leadership: Leadership = {
      revision,
      peer: host.identity.peer,
      boot: 'b'.repeat(16) as BootId,
      role: at === 0 ? 'leader' : at === 1 ? 'standby' : 'follower',
      epoch: revision,
      leader: leader?.at ?? null,
      standbys: standbys.map((successor) => successor.at),
    };
    host.tell('peers.changed', peers);
    host.tell('leader.changed', leadership);
  }
};

/** Asks again until the answer is the expected one: no event says "a search would find it now". */
const until = async <T>(ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> => {
  const endMs = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (performance.now() > endMs) throw new Error(`Still ${JSON.stringify(answer)}.`);
    await new Promise((done) => setImmediate(done));
  }
};
const search = (host: Host, query: string) =>
  Promise.resolve(host.tracking.handlers.search({ query, limit: 10 }));
const names = (answer: { results: { name: string }[] }) => answer.results.map(({ name }) => name);

const entry = (seed: string, size = 1) => {
  return { kind: 'file' as const, hash: seed.padEnd(64, '0') as FileHash, size };
};

describe('the tracker side of the indexers', () => {
  test('what one host shares is listed by itself, and who holds a content by the leader', async () => {
    const hosts = await Promise.all(['1', '2', '3'].map((id) => startHost(id)));
    const [, anne, ben] = hosts as [Host, Host, Host];
    ben.log.set('films/one.mkv', entry('aa11', 7));
    elect(hosts);
    const { handlers } = anne.tracking;
    const peer = ben.identity.peer;
    const listed = await handlers['peer.list']({ peer, path: 'films', after: '' });
    expect(listed.entries).toMatchObject([{ name: 'one.mkv', hash: entry('aa11').hash }]);
    const { hash } = entry('aa11');
    const { contents } = await until(
      async () => handlers.holders({ hashes: [entry('bb').hash, hash] }),
      (answer) => answer.contents.length > 0,
    );
    expect(contents).toEqual([{ hash, names: ['one.mkv'], peers: [peer], count: 1 }]);
    await expect(
      handlers['peer.list']({ peer: '9'.repeat(20) as PeerId, path: '', after: '' }),
    ).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  test('a change of one host is found and located by another', async () => {
    const hosts = await Promise.all(['1', '2', '3'].map((id) => startHost(id)));
    const [leader, , ben] = hosts as [Host, Host, Host];
    ben.log.set('films/The Dark Knight.mkv', entry('aa11', 7));
    elect(hosts);
    const answer = await until(
      () => search(leader, 'dark knight'),
      ({ total, partial }) => total === 1 && !partial,
    );
    expect(answer).toMatchObject({ leader: leader.identity.peer, partial: false });
    ben.log.set('films/Inception.mkv', entry('bb22', 9));
    ben.tracking.catalogueChanged();
    await until(
      () => search(leader, 'inception'),
      ({ total }) => total === 1,
    );
    expect(names(await search(ben, 'inception'))).toEqual(['Inception.mkv']);
    const located = await leader.tracking.handlers.locate({ hash: 'bb220000' });
    const { peer, curve } = ben.identity;
    expect(located.holders).toEqual([
      { peer, address: '127.0.0.1', port: 4_000, curveKey: curve.publicKey },
    ]);
    const { peers } = await leader.tracking.handlers.book({});
    expect(peers.map(({ files }) => files)).toEqual([0, 0, 2]);
  });

  test('the first standby answers when the leader dies, without what the leader shared', async () => {
    const hosts = await Promise.all(['1', '2', '3'].map((id) => startHost(id)));
    const [leader, standby, ben] = hosts as [Host, Host, Host];
    ben.log.set('films/Alien.mkv', entry('aa'));
    leader.log.set('films/Aliens.mkv', entry('bb'));
    elect(hosts);
    await until(
      () => search(standby, 'alien'),
      ({ total, partial }) => total === 2 && !partial,
    );
    // The standby is warm when it holds both, which only a search on it can tell: let the leader go.
    const lost = new Promise<void>((done) => ben.heardLost.push(done));
    await until(
      async () => standby.tracking.handlers.book({}),
      ({ peers }) => peers.length === 3,
    );
    await leader.close();
    await lost;
    expect(ben.published).toEqual([
      {
        topic: 'leaderLine.lost',
        body: { leader: leader.identity.peer, curveKey: leader.identity.curve.publicKey },
      },
    ]);
    const hedged = await search(ben, 'alien');
    expect(hedged.leader).toBe(standby.identity.peer);
    // Nobody waits for a leader whose line is gone, whatever the election knows of it.
    const waits = jest.spyOn(globalThis, 'setTimeout');
    await search(ben, 'alien');
    expect(waits.mock.calls.map(([, waitMs]) => waitMs)).not.toContain(HEDGE_AFTER_MS);
    waits.mockRestore();
    elect(hosts, [standby, ben]);
    const after = await until(
      () => search(ben, 'alien'),
      ({ partial }) => !partial,
    );
    expect(names(after)).toEqual(['Alien.mkv']);
  });

  test('HOSTILE 260: a standby that is blocked hears of no change any more', async () => {
    const blocked = new Set<PeerId>();
    const [leader, standby] = await Promise.all(['1', '2'].map((id) => startHost(id)));
    const ben = await startHost('3', blocked);
    const hosts = [leader, standby, ben] as [Host, Host, Host];
    ben.log.set('films/Alien.mkv', entry('aa'));
    elect(hosts);
    await until(
      async () => hosts[1].tracking.handlers.book({}),
      ({ peers }) => peers.length === 3,
    );
    blocked.add(hosts[1].identity.peer);
    ben.tracking.trustChanged();
    ben.log.set('films/Inception.mkv', entry('bb'));
    ben.tracking.catalogueChanged();
    await until(
      () => search(hosts[0], 'inception'),
      ({ total }) => total === 1,
    );
    await hosts[0].close();
    elect(hosts, [hosts[1], ben]);
    expect(names(await search(hosts[1], 'inception'))).toEqual([]);
  });

  test('what a peer shared is gone when the election says that it left', async () => {
    const hosts = await Promise.all(['1', '2', '3'].map((id) => startHost(id)));
    const [leader, standby, ben] = hosts as [Host, Host, Host];
    ben.log.set('films/Alien.mkv', entry('aa'));
    elect(hosts);
    await until(
      () => search(leader, 'alien'),
      ({ total, partial }) => total === 1 && !partial,
    );
    await ben.close();
    elect(hosts, [leader, standby]);
    expect(await search(leader, 'alien')).toMatchObject({ total: 0, partial: false });
  });

  test('refuses with E_NO_LEADER while nobody leads', async () => {
    const host = await startHost('1');
    await expect(search(host, 'alien')).rejects.toMatchObject({ code: 'E_NO_LEADER' });
  });
});
