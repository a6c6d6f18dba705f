import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { diskFailure, requireRoom } from './disk.js';
import { Folder, FolderTree } from './folder.js';
import { PartFile } from './part-file.js';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'iwanto-folder-')));
  mkdirSync(join(dir, 'tree'));
  mkdirSync(join(dir, 'outside'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const onLinux = process.platform === 'linux' ? test : test.skip;

describe('HOSTILE 66: a path that is swapped during the write', () => {
  test('is not followed where a directory became a link', () => {
    symlinkSync(join(dir, 'outside'), join(dir, 'tree', 'a'));
    const tree = new FolderTree(Folder.open(join(dir, 'tree')));
    expect(() => tree.at('a')).toThrow(/ELOOP|ENOTDIR/);
    expect(() => tree.at('a/b')).toThrow(/ELOOP|ENOTDIR/);
    expect(readdirSync(join(dir, 'outside'))).toEqual([]);
    tree.close();
  });

  onLinux('leads into the directory that was opened, wherever its path leads now', () => {
    const tree = new FolderTree(Folder.open(join(dir, 'tree')));
    const inner = tree.at('a/b');
    renameSync(join(dir, 'tree', 'a'), join(dir, 'moved'));
    symlinkSync(join(dir, 'outside'), join(dir, 'tree', 'a'));
    mkdirSync(join(dir, 'outside', 'b'));
    writeFileSync(inner.at('file'), 'x');
    expect(existsSync(join(dir, 'outside', 'b', 'file'))).toBe(false);
    expect(existsSync(join(dir, 'moved', 'b', 'file'))).toBe(true);
    tree.close();
  });

  test('is not written through where the file is a link or has a second name', async () => {
    writeFileSync(join(dir, 'outside', 'victim'), 'mine');
    symlinkSync(join(dir, 'outside', 'victim'), join(dir, 'tree', 'part'));
    linkSync(join(dir, 'outside', 'victim'), join(dir, 'tree', 'twin'));
    const write = async (name: string) =>
      new PartFile({ path: () => join(dir, 'tree', name), size: 9, exec: false }).write(
        0,
        Buffer.alloc(9),
      );
    await expect(write('part')).rejects.toThrow(/ELOOP/);
    await expect(write('twin')).rejects.toMatchObject({ code: 'E_BAD_PATH' });
    expect(readFileSync(join(dir, 'outside', 'victim'), 'utf8')).toBe('mine');
  });
});

describe('FolderTree', () => {
  test('closes what was used longest ago and opens it again when needed', () => {
    const tree = new FolderTree(Folder.open(join(dir, 'tree')));
    for (let at = 0; at < 100; at += 1) tree.at(`d${at}/e`);
    for (let at = 0; at < 100; at += 1) writeFileSync(tree.at(`d${at}/e`).at('f'), '');
    expect(existsSync(join(dir, 'tree', 'd99', 'e', 'f'))).toBe(true);
    tree.close();
  });
});

describe('the disk', () => {
  const failing = (code: string) => Object.assign(new Error(code), { code });

  test('HOSTILE 69: full is E_DISK_FULL and can be resumed', () => {
    expect(diskFailure(failing('ENOSPC'), 'f')).toMatchObject({ code: 'E_DISK_FULL' });
    expect(diskFailure(failing('EDQUOT'), 'f')).toMatchObject({ code: 'E_DISK_FULL' });
    expect(() => requireRoom(dir, 2 ** 60, 1)).toThrow(/free/);
  });

  test('without a free inode is full as well', () => {
    expect(() => requireRoom(dir, 0, 2 ** 52)).toThrow(/more files and folders/);
  });

  test('a file system that does not say how large it is is taken at its word by the write alone', () => {
    expect(() => requireRoom('/proc', 2 ** 40, 1)).not.toThrow();
  });

  test('says what to do about a quota, a file too large, a name too long', () => {
    const sentence = (code: string) => diskFailure(failing(code), '/stick/f').sentence;
    expect(sentence('EDQUOT')).toContain('quota');
    expect(sentence('EFBIG')).toContain('larger than its disk');
    expect(sentence('ENAMETOOLONG')).toContain('--as');
    for (const code of ['EFBIG', 'ENAMETOOLONG', 'EINVAL', 'EILSEQ', 'EROFS']) {
      expect(diskFailure(failing(code), '/stick/f').code).toBe('E_BAD_PATH');
    }
  });

  test('HOSTILE 76: an error names the path and the code', () => {
    const failure = diskFailure(failing('EIO'), 'some/file');
    expect(failure.sentence).toContain('some/file');
    expect(failure.sentence).toContain('EIO');
  });
});
