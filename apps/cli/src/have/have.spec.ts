/** Local files told apart by content: renames, copies and one-byte edits, with hashes that are remembered. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hashAll } from './hash.js';
import { walk } from './walk.js';

let dir: string;
const homeBefore = process.env['IWANT_HOME'];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'iwanto-have-'));
  process.env['IWANT_HOME'] = join(dir, 'home');
  mkdirSync(join(dir, 'files', 'inside'), { recursive: true });
});
afterEach(() => {
  if (homeBefore === undefined) delete process.env['IWANT_HOME'];
  else process.env['IWANT_HOME'] = homeBefore;
  rmSync(dir, { recursive: true, force: true });
});

/** The hash of each file by its path below `files`, and how many had to be read. */
async function hashes(
  laterMs = 1_000,
): Promise<{ of: Record<string, string>; read: number; skipped: number }> {
  let read = 0;
  const { files, skipped: unseen } = walk([join(dir, 'files')]);
  const { hashes: found, skipped } = await hashAll(
    files,
    (unknown) => (read = unknown.length),
    () => Date.now() + laterMs,
  );
  const of = Object.fromEntries(
    [...found].map(([{ path }, hash]) => [path.slice(dir.length + 7), hash]),
  );
  return { of, read, skipped: unseen.length + skipped.length };
}

const at = (name: string) => join(dir, 'files', name);
describe('the content of local files', () => {
  test('is found again under another name, in a copy, and not after an edit of one byte', async () => {
    writeFileSync(at('a'), Buffer.alloc(200_000, 7));
    writeFileSync(at('inside/b'), 'b');
    const before = await hashes();
    expect(before.read).toBe(2);
    expect((await hashes()).read).toBe(0);

    renameSync(at('a'), at('renamed'));
    copyFileSync(at('renamed'), at('copy'));
    const edited = readFileSync(at('inside/b'));
    edited[0] = (edited[0] ?? 0) ^ 1;
    writeFileSync(at('inside/b'), edited);
    utimesSync(at('inside/b'), 1, 1);
    const after = await hashes();
    expect(after.of['renamed']).toBe(before.of['a']);
    expect(after.of['copy']).toBe(before.of['a']);
    expect(after.of['inside/b']).not.toBe(before.of['inside/b']);
  });

  test('is not remembered while the file may change within one tick of the clock', async () => {
    writeFileSync(at('a'), 'one');
    await hashes(0);
    expect((await hashes(0)).read).toBe(1);
  });

  test('empty files count, links and what cannot be read do not', async () => {
    writeFileSync(at('empty'), '');
    symlinkSync(at('empty'), at('link'));
    const { of } = await hashes();
    expect(Object.keys(of)).toEqual(['empty']);
    const { files, skipped } = walk([at('nowhere')]);
    expect([files, skipped]).toEqual([[], [{ path: at('nowhere'), reason: 'ENOENT' }]]);
  });

  test('a damaged memory is as good as none', async () => {
    writeFileSync(at('a'), 'one');
    const { of } = await hashes();
    const kept = join(dir, 'home', 'data', 'hashes.txt');
    const cut = readFileSync(kept, 'utf8').slice(0, -3);
    for (const damaged of [cut, '\0'.repeat(100), 'x', '']) {
      writeFileSync(kept, damaged);
      expect(await hashes()).toMatchObject({ of, read: 1 });
    }
  });
});
