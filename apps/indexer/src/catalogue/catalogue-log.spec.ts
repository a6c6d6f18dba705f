/** The log as a tracker sees it: in parts, across lives, after the oldest tombstones were dropped. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FileHash } from '@iwanto/wire';
import { Catalogue } from './catalogue.js';

let folder: string;
let catalogue: Catalogue;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iwanto-log-'));
  catalogue = new Catalogue({ path: join(folder, 'catalogue.sqlite'), nowMs: () => 1 });
});
afterEach(() => {
  catalogue.close();
  rmSync(folder, { recursive: true });
});

describe('changesSince', () => {
  test('goes on from a revision that was, in the same life', () => {
    catalogue.addFolder('one', '/one');
    const first = catalogue.changesSince(0, 10);
    catalogue.addFolder('two', '/two');
    const second = catalogue.changesSince(first.revision, 10);
    expect(second).toMatchObject({ catalogId: first.catalogId, since: first.revision });
    expect(second.revision).toBeGreaterThan(first.revision);
  });

  test('begins another life when somebody knows a revision that has not been', () => {
    catalogue.addFolder('one', '/one');
    const { catalogId, revision } = catalogue.changesSince(0, 10);
    const anew = catalogue.changesSince(revision + 5, 10);
    expect(anew).toMatchObject({ since: 0, revision });
    expect(anew.catalogId).not.toBe(catalogId);
    expect(catalogue.catalogId).toBe(anew.catalogId);
  });

  test('keeps its life over a restart', () => {
    const { catalogId } = catalogue;
    catalogue.close();
    catalogue = new Catalogue({ path: join(folder, 'catalogue.sqlite'), nowMs: () => 1 });
    expect(catalogue.catalogId).toBe(catalogId);
  });
});

describe('list', () => {
  test('gives what is shared by name, in pages', () => {
    for (const name of ['b', 'a', 'c']) {
      const folder = catalogue.addFolder(name, `/${name}`);
      catalogue.change((writer) => writer.markListed(folder));
    }
    catalogue.addFolder('not listed yet', '/n');
    const first = catalogue.list('', '', 2);
    expect([first.entries.map(({ name }) => name), first.more]).toEqual([['a', 'b'], true]);
    const second = catalogue.list('', 'b', 2);
    expect([second.entries.map(({ name }) => name), second.more]).toEqual([['c'], false]);
    expect(catalogue.list('a', '', 2)).toEqual({ entries: [], more: false });
    for (const path of ['d', 'a/b', '..', 'a/../b']) {
      expect(() => catalogue.list(path, '', 2)).toThrow('is shared there');
    }
  });
});

describe('what the transfer service holds', () => {
  const held = (letter: string, partial: boolean) => ({
    ...{ hash: letter.repeat(64) as FileHash, kind: 'file' as const, name: 'film.mkv' },
    ...{ size: 5, partial },
  });

  test('is told beside what is shared: under way, whole, gone', () => {
    catalogue.setHeld([]);
    expect(catalogue.changesSince(0, 10).entries).toEqual([]);
    catalogue.setHeld([held('a', true), held('b', false)]);
    const first = catalogue.changesSince(0, 10);
    expect(first.entries).toMatchObject([
      { hash: 'a'.repeat(64), size: 5, partial: true },
      { hash: 'b'.repeat(64), path: 'downloads/bbbbbbbbbbbbbbbb/film.mkv' },
    ]);
    // It has no folder that could be browsed.
    expect(catalogue.list('', '', 9).entries).toEqual([]);
    catalogue.setHeld([held('a', false)]);
    const second = catalogue.changesSince(first.revision, 10);
    expect(second.entries).toEqual([
      { path: first.entries[0]!.path, kind: 'file', hash: 'a'.repeat(64), size: 5 },
    ]);
    expect(second.gone).toEqual(['downloads/bbbbbbbbbbbbbbbb/film.mkv']);
    catalogue.setHeld([held('a', false)]);
    expect(catalogue.revision).toBe(second.revision);
    catalogue.setHeld([held('b', false)]);
    expect(catalogue.changesSince(second.revision, 10).entries).toHaveLength(1);
  });

  test('is no shared folder and no shared content', () => {
    catalogue.setHeld([held('a', false)]);
    expect(catalogue.folders).toEqual([]);
    expect(catalogue.read.withRoot(Buffer.alloc(32, 0xaa))).toEqual([]);
    expect(catalogue.read.dirtyDirectories()).toEqual([]);
  });
});
