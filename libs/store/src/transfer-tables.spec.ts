import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FileHash } from '@iwanto/wire';
import Database from 'better-sqlite3';
import { type SavedDownload, openTransferStore } from './transfer-tables.js';

const hash = 'ab'.repeat(32) as FileHash;
const download: SavedDownload = {
  hash,
  kind: 'file',
  name: 'film.mkv',
  bytes: 5,
  files: 1,
  folder: '/downloads',
  overwrite: true,
  bytesDone: 0,
  failure: null,
  paused: false,
  confirmed: false,
  only: '*.mkv',
  bytesPerSecondMax: 1_000,
  reseed: false,
  ofGroup: true,
};
const claim = { path: '', inode: '7', ctimeNs: '1', verified: Buffer.of(5) };

describe('the journal of downloads', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'iwanto-journal-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const open = () => openTransferStore({ path: join(dir, 'transfer.db'), nowMs: 1 });

  test('remembers downloads and claims over a restart', () => {
    const first = open();
    first.save(download);
    first.saveClaims(hash, [claim]);
    first.close();
    const second = open();
    expect(second.downloads()).toEqual([download]);
    expect(second.claim(hash, '')).toEqual(claim);
    second.close();
  });

  test('keeps the claims when the download is saved again', () => {
    const store = open();
    store.save(download);
    store.saveClaims(hash, [claim]);
    store.save({ ...download, bytesDone: 3, failure: '{}' });
    expect(store.downloads()[0]).toMatchObject({ bytesDone: 3, failure: '{}' });
    expect(store.claim(hash, '')).toEqual(claim);
    store.close();
  });

  test.each(["verified = x'07'", "inode = '8'", "ctimeNs = '2'", "verified = x''"])(
    'HOSTILE 168: a claim that was damaged (%s) is none',
    (damage) => {
      const store = open();
      store.save(download);
      store.saveClaims(hash, [claim]);
      store.close();
      const sqlite = new Database(join(dir, 'transfer.db'));
      sqlite.exec(`update claim set ${damage}`);
      sqlite.close();
      const again = open();
      expect(again.claim(hash, '')).toBeUndefined();
      again.close();
    },
  );

  test('knows how far a download is although it was never saved again', () => {
    const store = open();
    store.save(download);
    store.saveProgress(hash, 4, 2);
    expect(store.downloads()).toEqual([{ ...download, bytesDone: 4, files: 2 }]);
    store.close();
  });

  test('remembers what was put where, and on which mount a folder lay', () => {
    const placed = {
      ...{ path: '/downloads/film.mkv', hash, kind: 'file' as const, bytes: 5, files: 1 },
      ...{ placedMs: 7, stamp: '1:2', sources: [{ peer: 'a'.repeat(20), bytes: 5 }] },
      listing: Buffer.of(1),
    } as const;
    const store = open();
    store.placed.put(placed);
    store.placed.put({ ...placed, stamp: '3:4' });
    expect(store.placed.at(placed.path)).toEqual({ ...placed, stamp: '3:4' });
    store.placed.forget(placed.path);
    expect(store.placed.at(placed.path)).toBeUndefined();
    expect(store.placed.mountOf('/downloads')).toBeUndefined();
    store.placed.putMount('/downloads', '/mnt');
    store.placed.putMount('/downloads', '/mnt/stick');
    expect(store.placed.mountOf('/downloads')).toBe('/mnt/stick');
    store.close();
  });

  test('forgets a download with its claims', () => {
    const store = open();
    store.save(download);
    store.saveClaims(hash, [claim]);
    store.forget(hash);
    expect(store.downloads()).toEqual([]);
    expect(store.claim(hash, '')).toBeUndefined();
    store.close();
  });
});
