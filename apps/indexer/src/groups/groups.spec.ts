/** What is shared with a group alone: who gets answers, what is announced, and what others can do with a hash. */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { KnownPeer } from '@iwanto/bus';
import {
  type ConfigInForce,
  type Group,
  groupNameFrom,
  groupRoots,
  homePaths,
} from '@iwanto/service';
import {
  Failure,
  type FileHash,
  type PeerId,
  type PublicKey,
  type SearchAnswer,
  type SearchResult,
} from '@iwanto/wire';
import { group as groupVerb } from '../peer-verbs/group.js';
import { IndexingRoom } from '../testing/indexing-room.js';
import { contentFind } from '../verbs/content-find.js';
import { GroupSealing } from './group-sealing.js';
import { GroupShelves } from './group-shelves.js';
import { withGroupResults } from './merge-search.js';
import type { GroupTools } from './open-groups.js';
import { type Served, withGroups } from './with-groups.js';

const [SELF, BEN] = ['a', 'b'].map((one) => one.repeat(20)) as [PeerId, PeerId];
const [OWN_KEY, OTHER_KEY] = ['1', '2'].map((one) => one.repeat(64)) as [PublicKey, PublicKey];
/** How long a test waits for what has to happen, in ms. */
const LIMIT_MS = 10_000;

const newGroup = (name = 'team'): Group => ({
  ...{ name: groupNameFrom(name), key: randomBytes(32).toString('hex'), previous: null },
});
const knownOf = (peer: PeerId): KnownPeer => ({
  ...{ peer, address: '10.0.0.7', electionPort: 1, indexerPort: 2, transferPort: 3, name: 'x' },
  ...{ curveKey: OWN_KEY, seen: 'roster', member: true, sinceSeconds: 1, roundTripMs: 1 },
  catalogue: null,
});

describe('a folder that is shared with a group', () => {
  const open: GroupShelves[] = [];
  const dirs: string[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((shelves) => shelves.close()));
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  });

  async function shelvesWith(group: Group) {
    const room = await IndexingRoom.open({ privatePaths: [] });
    writeFileSync(room.path('plan.txt'), 'a plan');
    const path = room.path('..', 'shared');
    const config = {
      ...{ groups: [group], groupShares: [{ path, group: group.name }], share: [] as string[] },
      downloadDir: '/nowhere',
    } as unknown as ConfigInForce;
    const shelves = new GroupShelves(
      {
        paths: homePaths({ IWANT_HOME: `${room.dir}/home` }),
        ...{
          self: SELF,
          open: () => room,
          onProgress: () => undefined,
          onTrouble: () => undefined,
        },
        bus: {
          follow: (_topic: string, heard: (body: never) => void) => {
            heard({ revision: 1, peers: [knownOf(SELF)] } as never);
            return () => undefined;
          },
        },
      },
      config,
    );
    open.push(shelves);
    dirs.push(room.dir);
    shelves.begin();
    await room.until(() => room.files().length === 1 && room.rootOf('shared') !== undefined, 'it');
    return { room, shelves, path, config };
  }

  test('HOSTILE 163: its hash alone finds nothing; the name that members make of it does', async () => {
    const group = newGroup();
    const { room, shelves } = await shelvesWith(group);
    const empty = await IndexingRoom.open();
    const find = contentFind(empty.catalogue, () => undefined, shelves.find);
    const hash = room.lines().get('shared/plan.txt')?.hash as FileHash;
    const blinded = groupRoots(group.key).blind(hash);
    const byOther = groupRoots(newGroup().key).blind(hash);
    expect(await find({ hashes: [hash, byOther] })).toEqual({ contents: [] });
    const { contents } = await find({ hashes: [blinded] });
    expect(contents).toMatchObject([{ hash: blinded, group: { name: 'team', hash } }]);
    await empty.close();
  });

  test('HOSTILE 162, 164: a member is answered; whoever has no key hears the same as where there is nothing', async () => {
    const group = newGroup();
    const { shelves } = await shelvesWith(group);
    const tools: GroupTools = { groups: [group], shelves };
    const answer = groupVerb(tools, OWN_KEY);
    const ask = (sealed: Uint8Array<ArrayBuffer>) =>
      Promise.resolve(answer({ sealed })).catch((cause: unknown) => cause as Failure);
    const [member] = GroupSealing.of(group) as [GroupSealing];
    const { sealed, nonce } = member.sealQuestion(OWN_KEY, 'search', { query: 'plan' });
    const untilMs = performance.now() + LIMIT_MS;
    let said = await ask(sealed);
    const found = () =>
      said instanceof Failure ? undefined : member.openAnswer(said.sealed, nonce)?.answer;
    // The group's tracker learns of it a moment after the catalogue.
    while ((found() as SearchAnswer).results.length === 0 && performance.now() < untilMs) {
      await nextTurn();
      said = await ask(sealed);
    }
    expect(found()).toMatchObject({ results: [{ name: 'plan.txt' }] });
    // HOSTILE 164: an answer to another question, or one's own question, does not count as an answer.
    if (!(said instanceof Failure))
      expect(member.openAnswer(said.sealed, '0'.repeat(32))).toBeUndefined();
    expect(member.openAnswer(sealed, nonce)).toBeUndefined();

    const [outsider] = GroupSealing.of(newGroup()) as [GroupSealing];
    const refusals = await Promise.all([
      ask(outsider.sealQuestion(OWN_KEY, 'search', { query: 'plan' }).sealed),
      // A member's question to somebody else, passed on.
      ask(member.sealQuestion(OTHER_KEY, 'search', { query: 'plan' }).sealed),
      ask(new Uint8Array(randomBytes(200))),
      ask(new Uint8Array(3)),
      (async () => groupVerb(undefined, OWN_KEY)({ sealed }))().catch((cause: unknown) => cause),
    ]);
    const words = refusals.map((one) => (one instanceof Failure ? one.words() : one));
    expect(new Set(words.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(words[0]).toMatchObject({ code: 'E_NOT_FOUND' });
  });

  test('HOSTILE 162: what lies inside an open share, or around one, is refused', async () => {
    const { shelves, path, config } = await shelvesWith(newGroup());
    for (const share of [[path], [`${path}/sub`], [`${path}/..`]]) {
      await expect(shelves.reconfigure({ ...config, share })).rejects.toThrow('with everybody');
    }
  });
});

describe('what groups share, added to the answers of the bus', () => {
  const hash = 'ab'.repeat(32) as FileHash;
  const result = (part: Partial<SearchResult>): SearchResult => ({
    ...{ hash, kind: 'file', name: 'n', size: 1, peers: 1, score: 0.5, similar: false },
    ...{ modifiedMs: null, where: { folder: '', short: '', peers: [] }, otherNames: [], group: 0 },
    ...part,
  });
  const answerOf = (...results: SearchResult[]): SearchAnswer => ({
    ...{ results, total: results.length, totalIsLeast: false, similar: false, leader: SELF },
    partial: false,
  });
  const located = { hash, kind: 'file', name: 'n', size: 1, holders: [] } as const;

  function roomWith(isInGroup: boolean, ask?: (verb: string) => Promise<unknown[]>) {
    const asked: string[] = [];
    const handlers = {
      locate: async ({ hash: of, ofGroup = false }: { hash: string; ofGroup?: boolean }) => {
        if (ofGroup) throw new Failure('E_NOT_FOUND', 'Nobody of its group is here.');
        asked.push(of);
        return located;
      },
      holders: async ({ hashes }: { hashes: string[] }) => {
        asked.push(...hashes);
        return { contents: [] };
      },
      search: async ({ query }: { query: string }) => {
        asked.push(query);
        return answerOf();
      },
    } as unknown as Served;
    const told = isInGroup ? [{ group: 'team', peer: knownOf(BEN), answer: located }] : [];
    const room = {
      ...{ self: SELF, known: knownOf, nowMs: () => 0, shelves: { shelves: () => [] } },
      asking: { ask: async (verb: string) => (ask ? await ask(verb) : told) as never },
    };
    return { asked, served: withGroups(handlers, room) };
  }

  test('HOSTILE 162: of a hash that members have the leader hears nothing; of any other it is asked', async () => {
    const inGroup = roomWith(true);
    expect(await inGroup.served.locate({ hash })).toMatchObject({
      holders: [{ peer: BEN, port: 3, group: 'team' }],
    });
    expect(inGroup.asked).toEqual([]);
    const open = roomWith(false);
    await open.served.locate({ hash });
    expect(open.asked).toEqual([hash]);
  });

  test('HOSTILE 162: nor of one that was shown as of a group, when its members have left', async () => {
    const other = 'cd'.repeat(32) as FileHash;
    let isHere = true;
    const { asked, served } = roomWith(false, async (verb) => {
      if (!isHere || verb !== 'search') return [];
      return [{ group: 'team', peer: knownOf(BEN), answer: answerOf(result({ hash })) }];
    });
    await served.search({ query: 'n', limit: 10 });
    isHere = false;
    await expect(served.locate({ hash })).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await served.holders({ hashes: [hash, other] });
    expect(asked).toEqual(['n', other]);
  });

  test('HOSTILE 243: "have" asks members before the leader, which hears of nothing that they have', async () => {
    const other = 'cd'.repeat(32) as FileHash;
    let isHere = true;
    const held = { hash, names: ['n'], peers: [BEN], count: 1 };
    const { asked, served } = roomWith(false, async (verb) => {
      if (!isHere || verb !== 'holders') return [];
      return [{ group: 'team', peer: knownOf(BEN), answer: { contents: [held] } }];
    });
    expect(await served.holders({ hashes: [hash, other] })).toEqual({ contents: [held] });
    expect(asked.splice(0)).toEqual([other]);
    isHere = false;
    await served.holders({ hashes: [hash] });
    expect(asked).toEqual([]);
  });

  test('HOSTILE 243: the beginning of a hash, and a name that comes from a content of a group, are asked of members alone', async () => {
    const { asked, served } = roomWith(false, async (verb) => {
      if (verb === 'search')
        return [{ group: 'team', peer: knownOf(BEN), answer: answerOf(result({ name: 'n.srt' })) }];
      return [{ group: 'team', peer: knownOf(BEN), answer: located }];
    });
    expect(await served.locate({ hash: hash.slice(0, 8) })).toMatchObject({ hash });
    const subtitles = await served.search({ query: 'n', limit: 10, beside: hash });
    expect(subtitles).toMatchObject({
      results: [{ name: 'n.srt', inGroup: 'team' }],
      leader: SELF,
    });
    expect(asked).toEqual([]);
    await served.search({ query: 'm', limit: 10, beside: 'cd'.repeat(32) as FileHash });
    expect(asked).toEqual(['m']);
  });

  test('what a person means stays first among equals when a group answers as well', () => {
    const [film, notes, other] = ['1', '2', '3'].map((each) => each.repeat(64)) as FileHash[];
    const open = answerOf(
      result({ hash: film!, score: 0.901 }),
      result({ hash: notes!, score: 0.904 }),
    );
    const answer = answerOf(result({ hash: other!, score: 0.6 }));
    const merged = withGroupResults({ limit: 10 }, open, [{ group: 'team', answer }]);
    expect(merged.results.map(({ hash: of }) => of)).toEqual([film, notes, other]);
  });

  test('results of both in one order, each content once, and what only resembles last', () => {
    const [one, two, three] = ['1', '2', '3'].map((each) => each.repeat(64)) as [
      FileHash,
      FileHash,
      FileHash,
    ];
    const open = answerOf(
      result({ hash: one, score: 0.9 }),
      result({ hash: two, score: 0.4, group: 0 }),
    );
    const found = (peers: number, ...hashes: FileHash[]) => ({
      group: 'team',
      answer: answerOf(...hashes.map((each) => result({ hash: each, score: 0.6, peers }))),
    });
    const merged = withGroupResults({ limit: 10 }, open, [found(1, three, two), found(2, three)]);
    const rows = merged.results.map(({ hash: of, peers, inGroup, group }) => [
      of,
      peers,
      inGroup,
      group,
    ]);
    expect(rows).toEqual([
      [one, 1, undefined, 0],
      [three, 3, 'team', 1],
      [two, 1, undefined, 0],
    ]);
    expect(merged.total).toBe(3);
    expect(withGroupResults({ limit: 1 }, open, [found(1, three)]).results).toHaveLength(1);
    const similar = { ...open, similar: true };
    expect(withGroupResults({ limit: 9 }, similar, [found(1, three)])).toMatchObject({
      results: [{ hash: three }],
      similar: false,
    });
    expect(withGroupResults({ limit: 9 }, similar, [])).toBe(similar);
  });
});
