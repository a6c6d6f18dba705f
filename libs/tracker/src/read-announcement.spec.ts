/** What the tracker accepts, line by line. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PATH_COMPONENTS_MAX, utf8Bytes } from '@iwanto/wire';
import { isSharePath, readAnnouncement } from './read-announcement.js';

const good = { path: 'a/b', kind: 'file', hash: 'a'.repeat(64), size: 1 };
const frame = (entries: unknown[], gone: unknown[] = []) => {
  return {
    ...{ peer: 'a'.repeat(20), catalogId: '1'.repeat(16), since: 0, revision: 1, more: false },
    ...{ entries, gone },
  };
};

describe('an announcement', () => {
  test.each([[-1], [2 ** 53], [Number.NaN], ['12'], [1.5], [undefined]])(
    'HOSTILE 50: loses an entry of size %p and keeps the rest',
    (size) => {
      const read = readAnnouncement(frame([{ ...good, size }, good]));
      expect(read).toMatchObject({ rejected: 1, announcement: { entries: [good] } });
    },
  );

  test.each([['a'.repeat(63)], ['A'.repeat(64)], ['g'.repeat(64)], [5]])(
    'HOSTILE 51: loses an entry with the hash %p and keeps the rest',
    (hash) => {
      const read = readAnnouncement(frame([good, { ...good, hash }]));
      expect(read).toMatchObject({ rejected: 1, announcement: { entries: [good] } });
    },
  );

  test.each([
    ['a component over 255 bytes', 'x'.repeat(256)],
    ['256 bytes in fewer characters', 'é'.repeat(128)],
    ['64 KiB', 'x/'.repeat(32_768)],
    ['more than 64 levels', Array.from({ length: 65 }, () => 'x').join('/')],
    ['an absolute path', '/etc/passwd'],
    ['a way up', 'a/../b'],
    ['a dot', './a'],
    ['an empty component', 'a//b'],
    ['a NUL', 'a\0b'],
    ['nothing', ''],
  ])('HOSTILE 53: loses a path that is %s', (_, path) => {
    expect(isSharePath(path)).toBe(false);
    expect(readAnnouncement(frame([{ ...good, path }]))).toMatchObject({ rejected: 1 });
    expect(readAnnouncement(frame([], [path]))?.announcement.gone).toEqual([]);
  });

  test('keeps a path at the limits', () => {
    const path = Array.from({ length: 16 }, () => 'x'.repeat(255)).join('/');
    expect(path).toHaveLength(4_095);
    expect(isSharePath(path)).toBe(true);
    const deepest = Array.from({ length: PATH_COMPONENTS_MAX }, () => 'x').join('/');
    expect(readAnnouncement(frame([{ ...good, path: deepest }]))).toMatchObject({ rejected: 0 });
    expect(isSharePath(`${deepest}/x`)).toBe(false);
  });

  test('is none when its frame is wrong', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(readAnnouncement(value)).toBeUndefined();
      }),
    );
    expect(readAnnouncement({ ...frame([]), peer: 'x' })).toBeUndefined();
    expect(readAnnouncement({ ...frame([]), revision: -1 })).toBeUndefined();
  });

  test('counts bytes as an encoder would', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
  });
});
