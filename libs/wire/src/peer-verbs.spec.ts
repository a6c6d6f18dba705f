/** The messages between indexers: what their schemas accept and what not. */
import { describe, expect, test } from '@jest/globals';
import { PATH_BYTES_MAX } from './limits.js';
import {
  ANNOUNCE_ENTRIES_MAX,
  announcementSchema,
  catalogueEntrySchema,
  peerVerbs,
} from './peer-verbs.js';
import { QUERY_CHARACTERS_MAX, SEARCH_LIMIT_DEFAULT, SEARCH_LIMIT_MAX } from './search-question.js';

const hash = 'ab'.repeat(32);
const entry = { path: 'shared/a.txt', kind: 'file', hash, size: 1 };
const announcement = {
  peer: 'ab'.repeat(10),
  catalogId: 'ab'.repeat(8),
  since: 0,
  revision: 1,
  more: false,
  entries: [entry],
  gone: [],
};
const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('peer verbs', () => {
  test('every verb has a sentence and a time limit', () => {
    for (const row of Object.values(peerVerbs)) {
      expect(row.about).toMatch(/\.$/);
      expect(row.limitMs).toBeGreaterThan(0);
    }
  });

  test.each([-1, NaN, Infinity, 2 ** 53, 1.5, '1', null])(
    'HOSTILE 50: a size of %p is none',
    (size) => {
      expect(accepts(catalogueEntrySchema, entry)).toBe(true);
      expect(accepts(catalogueEntrySchema, { ...entry, size })).toBe(false);
    },
  );

  test.each(['', 'ab', hash.toUpperCase(), `${hash}00`, `${hash.slice(2)}zz`])(
    'HOSTILE 51: %p is no hash',
    (wrong) => {
      expect(accepts(catalogueEntrySchema, { ...entry, hash: wrong })).toBe(false);
    },
  );

  test('HOSTILE 53: a path is neither empty nor endless', () => {
    expect(accepts(catalogueEntrySchema, { ...entry, path: '' })).toBe(false);
    const path = 'x'.repeat(PATH_BYTES_MAX + 1);
    expect(accepts(catalogueEntrySchema, { ...entry, path })).toBe(false);
  });

  test('an announcement is bounded; unknown fields are ignored', () => {
    expect(announcementSchema.parse({ ...announcement, later: 1 })).toEqual(announcement);
    const entries = new Array(ANNOUNCE_ENTRIES_MAX + 1).fill(entry);
    expect(accepts(announcementSchema, { ...announcement, entries })).toBe(false);
    expect(accepts(announcementSchema, { ...announcement, peer: 'ab' })).toBe(false);
  });

  test('HOSTILE 54, 55: a query and its limit', () => {
    const { question } = peerVerbs.search;
    expect(question.parse({ query: 'a' })).toEqual({ query: 'a', limit: SEARCH_LIMIT_DEFAULT });
    for (const wrong of [
      { query: '' },
      { query: 'x'.repeat(QUERY_CHARACTERS_MAX + 1) },
      { query: 'a', limit: 0 },
      { query: 'a', limit: SEARCH_LIMIT_MAX + 1 },
      { query: 'a', limit: 1.5 },
      {},
    ]) {
      expect(accepts(question, wrong)).toBe(false);
    }
  });

  test('a hash prefix has 8 to 64 characters', () => {
    const { question } = peerVerbs.locate;
    expect(accepts(question, { hash: hash.slice(0, 8) })).toBe(true);
    expect(accepts(question, { hash })).toBe(true);
    for (const wrong of [hash.slice(0, 7), `${hash}a`, 'ABCDEF01', 'x'.repeat(8)]) {
      expect(accepts(question, { hash: wrong })).toBe(false);
    }
  });

  test('an announcement arrives with a signature of 64 bytes', () => {
    const { question } = peerVerbs.announce;
    const whole = {
      signKey: hash,
      signature: new Uint8Array(64),
      announcement: new Uint8Array(9),
    };
    expect(accepts(question, whole)).toBe(true);
    expect(accepts(question, { ...whole, signature: new Uint8Array(63) })).toBe(false);
    expect(accepts(question, { ...whole, announcement: 'text' })).toBe(false);
  });
});
