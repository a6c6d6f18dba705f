/** The state in words: each trouble with its remedy, and none if all is well. */
import { describe, expect, test } from '@jest/globals';
import type { FileHash, PeerId } from '@iwanto/wire';
import type { Picture } from './picture.js';
import { verdictsOf } from './verdicts.js';

const PEER = '11'.repeat(10) as PeerId;
const OTHER = '22'.repeat(10) as PeerId;
const idle = {
  ...{ active: false, filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0 },
  ...{ bytesPerSecond: null, secondsLeft: null },
};
const healthy: Picture = {
  ...{ peer: PEER, name: 'ben', role: 'follower', leader: OTHER, leaderName: 'anna', epoch: 3 },
  peers: [PEER, OTHER].map((peer) => {
    return { peer, name: peer, address: '10.0.0.1', files: 5, roundTripMs: null };
  }),
  shared: {
    folders: [{ path: '/films', files: 5, bytes: 9, warning: '' }],
    ...{ files: 5, bytes: 9, indexing: idle },
  },
  fetched: 0,
  findable: 'found',
  services: { election: 'ready', indexer: 'ready', transfer: 'ready' },
  ...{ details: [], downloads: [], troubles: [], relaying: null, mapping: null },
};
const troubles = (changes: Partial<Picture>) =>
  verdictsOf({ ...healthy, ...changes })
    .filter(({ level }) => level !== 'ok')
    .map(({ sentence }) => sentence);
const failed = {
  state: 'failed',
  hash: '1'.repeat(64) as FileHash,
} as Picture['downloads'][number];

describe('the verdict', () => {
  test('is good where all is well', () => {
    expect(troubles({})).toEqual([]);
    expect(verdictsOf(healthy).map(({ sentence }) => sentence)).toContain(
      '1 other peer here; anna leads.',
    );
  });

  test('what was fetched is served on, and counted as well', () => {
    const sentences = (changes: Partial<Picture>) =>
      verdictsOf({ ...healthy, ...changes }).map(({ sentence }) => sentence);
    expect(sentences({ fetched: 2 })).toContain(
      'Others can find 5 files (9 B) in 1 folder, and 2 contents fetched by this host.',
    );
    const bare = { folders: [], files: 0, bytes: 0, indexing: idle };
    expect(sentences({ fetched: 1, shared: bare })).toContain(
      'Nothing is shared: others find only 1 content fetched by this host. "iwanto share FOLDER" shares a folder.',
    );
  });

  test('a service that its supervisor starts again needs nobody', () => {
    const services = { ...healthy.services, transfer: 'stopped' } as const;
    const [first] = verdictsOf({ ...healthy, services }, true);
    expect(first?.sentence).toContain('which is running, starts it again');
  });

  test.each<[string, Partial<Picture>, RegExp]>([
    [
      'an interface waits',
      { troubles: ['eth0 has no address'] },
      /^Network: eth0 has no address\.$/,
    ],
    [
      'a service that is away',
      { services: { ...healthy.services, transfer: 'stopped' } },
      /transfer.*"iwanto start"/,
    ],
    ['HOSTILE 124: a leader that hides this host', { findable: 'hidden' }, /anna.*does not find/],
    [
      'a service that begins',
      { services: { ...healthy.services, indexer: 'starting' } },
      /indexer service is starting/,
    ],
    ['no leader', { leader: null, leaderName: null }, /No leader is known yet/],
    ['nobody else', { peers: healthy.peers.slice(0, 1) }, /iwanto peers add/],
    [
      'a mute tracker',
      { peers: healthy.peers.map((one) => ({ ...one, files: null })) },
      /does not answer/,
    ],
    [
      'nothing shared',
      { shared: { folders: [], files: 0, bytes: 0, indexing: idle } },
      /iwanto share FOLDER/,
    ],
    [
      'a folder with a warning',
      {
        shared: {
          folders: [{ path: '/x', files: 0, bytes: 0, warning: 'It is gone.' }],
          files: 0,
          bytes: 0,
          indexing: idle,
        },
      },
      /\/x: It is gone\./,
    ],
    ['an unfinished download', { downloads: [failed] }, /1 download not finished: .*resumes/],
    [
      'a waiting download',
      { downloads: [{ ...failed, state: 'stalled' }] },
      /waiting for a source/,
    ],
  ])('names %s', (_, changes, expected) => {
    const found = troubles(changes);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });
});
