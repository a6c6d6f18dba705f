import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FileHash } from '@iwanto/wire';
import { type FileContent, OpenFiles } from './open-files.js';

describe('OpenFiles', () => {
  let dir: string;
  let files: OpenFiles;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'iwanto-open-files-'));
    files = new OpenFiles(() => 0);
  });
  afterEach(() => {
    files.closeAll();
    rmSync(dir, { recursive: true });
  });

  /** A file as the indexer describes it. */
  const contentOf = (bytes: Uint8Array): FileContent => {
    const path = join(dir, 'file');
    writeFileSync(path, bytes);
    const stat = statSync(path, { bigint: true });
    return {
      ...{ kind: 'file', hash: 'ab'.repeat(32) as FileHash, path, size: bytes.length },
      ...{ device: String(stat.dev), inode: String(stat.ino) },
      ...{ mtimeNs: String(stat.mtimeNs), ctimeNs: String(stat.ctimeNs) },
    };
  };

  test('fills what it is given, from where it is asked for', async () => {
    const content = contentOf(Uint8Array.from([1, 2, 3, 4, 5]));
    const body = new Uint8Array(3);
    expect(await files.read(content, body, 2)).toBe(true);
    expect([...body]).toEqual([3, 4, 5]);
  });

  test('what ends before, or changed since it was hashed, is not the file', async () => {
    const content = contentOf(Uint8Array.from([1, 2, 3]));
    expect(await files.read(content, new Uint8Array(3), 1)).toBe(false);
    expect(await files.read(content, new Uint8Array(3), 0)).toBe(true);
    appendFileSync(content.path, 'more');
    expect(await files.read(content, new Uint8Array(3), 0)).toBe(false);
  });
});
