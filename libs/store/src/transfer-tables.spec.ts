import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FileHash } from '@iwanto/wire';
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
};
const claim = { path: '', inode: '7', ctimeNs: '1', verified: Buffer.of(5) };

describe('the journal of downloads', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'iwanto-journal-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const open = () => openTransferStore({ path: join(dir, 'transfer.db'), nowMs: 1 });

  it('remembers downloads and claims over a restart', () => {
    const first = open();
    first.save(download);
    first.saveClaims(hash, [claim]);
    first.close();
    const second = open();
    expect(second.downloads()).toEqual([download]);
    expect(second.claim(hash, '')).toEqual(claim);
    second.close();
  });

  it('keeps the claims when the download is saved again', () => {
    const store = open();
    store.save(download);
    store.saveClaims(hash, [claim]);
    store.save({ ...download, bytesDone: 3, failure: '{}' });
    expect(store.downloads()[0]).toMatchObject({ bytesDone: 3, failure: '{}' });
    expect(store.claim(hash, '')).toEqual(claim);
    store.close();
  });

  it('forgets a download with its claims', () => {
    const store = open();
    store.save(download);
    store.saveClaims(hash, [claim]);
    store.forget(hash);
    expect(store.downloads()).toEqual([]);
    expect(store.claim(hash, '')).toBeUndefined();
    store.close();
  });
});
