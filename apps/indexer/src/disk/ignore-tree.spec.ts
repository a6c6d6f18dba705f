/** What `.iwantignore` files mean, and that none of them can hang the indexer or share what should be private. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { IgnoreTree } from './ignore-tree.js';

let folder = '';
const troubles: string[] = [];
const pathOf = (path: string) => join(folder, path);
const write = (path: string, text: string) => {
  mkdirSync(dirname(pathOf(path)), { recursive: true });
  writeFileSync(pathOf(path), text);
};
const open = (...directories: string[]): IgnoreTree => {
  const tree = new IgnoreTree(folder, (sentence) => troubles.push(sentence));
  for (const directory of directories) tree.enter(directory);
  return tree;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iwanto-ignore-'));
  troubles.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the lines of an .iwantignore', () => {
  test.each(['!', '! ', '!\r', '/', ' ', '# !*', '!/'])('%j takes nothing back', (line) => {
    write('music/.iwantignore', line);
    write('.iwantignore', line);
    const tree = open('music');
    expect(tree.ignores('music/.secret', false)).toBe(true);
    expect(tree.ignores('.secret', false)).toBe(true);
    expect(tree.ignores('music/song', false)).toBe(false);
  });

  test('a byte-order mark and the line ends of Windows change nothing', () => {
    write('music/.iwantignore', '\uFEFFlive/\r\n*.log\r\n');
    const tree = open('music');
    expect(tree.ignores('music/live', true)).toBe(true);
    expect(tree.ignores('music/a.log', false)).toBe(true);
  });

  test('upper and lower case are two things, as in a .gitignore; the defaults know both', () => {
    write('.iwantignore', 'Live\n');
    const tree = open();
    expect(tree.ignores('Live', true)).toBe(true);
    expect(tree.ignores('live', true)).toBe(false);
    for (const name of ['a.TMP', 'a.tmp', 'thumbs.db', 'Thumbs.db'])
      expect(tree.ignores(name, false)).toBe(true);
  });

  test('both spellings of a name are one, of the directory and in the rule', () => {
    const [composed, decomposed] = ['caf\u00E9', 'cafe\u0301'];
    write(`${decomposed}/.iwantignore`, `th${decomposed}\n`);
    const tree = open(decomposed);
    expect(tree.ignores(`${composed}/th${composed}`, false)).toBe(true);
    expect(tree.ignores(`${decomposed}/th${composed}`, false)).toBe(true);
    tree.leave(decomposed);
    expect(tree.ignores(`${composed}/th${composed}`, false)).toBe(false);
  });

  test('spaces at the end count only behind a backslash', () => {
    write('music/.iwantignore', 'one  \ntwo\\ \n');
    const tree = open('music');
    const names = ['one', 'one  ', 'two', 'two '].map((name) => `music/${name}`);
    expect(names.map((name) => tree.ignores(name, false))).toEqual([true, false, false, true]);
  });
});

describe('an .iwantignore that cannot be used keeps all beside it private', () => {
  const breakings: Record<string, (path: string) => unknown> = {
    'a FIFO, which nobody waits for (HOSTILE 77)': (path) => execFileSync('mkfifo', [path]),
    'a symlink (HOSTILE 78)': (path) => symlinkSync('/etc/hostname', path),
    'a directory': (path) => mkdirSync(path),
    'text of PowerShell': (path) => writeFileSync(path, '\uFEFFsecret\n', 'utf16le'),
    'UTF-16 without a mark': (path) => writeFileSync(path, 'secret\n', 'utf16le'),
    'a line that is no path': (path) => writeFileSync(path, `${' '.repeat(200_000)}x`),
    'more lines than can be held against each name': (path) =>
      writeFileSync(path, 'x\n'.repeat(10_001)),
    'more than 1 MiB': (path) => writeFileSync(path, 'x\n'.repeat(600_000)),
  };

  test.each(Object.entries(breakings))('%s', (_, make) => {
    mkdirSync(pathOf('music'));
    make(pathOf('music/.iwantignore'));
    const tree = open('music');
    expect(tree.ignores('music/song', false)).toBe(true);
    expect(tree.ignores('song', false)).toBe(false);
    expect(troubles).toEqual([expect.stringMatching(/music\/\.iwantignore .* nothing beside it/)]);
    expect(tree.unusable).toBe(1);
    expect(tree.enter('music')).toBe(false);
    expect(troubles).toHaveLength(1);
    rmSync(pathOf('music/.iwantignore'), { recursive: true });
    expect(tree.enter('music')).toBe(true);
    expect(tree.ignores('music/song', false)).toBe(false);
  });

  test('the one after the thousandth', () => {
    const directories = Array.from({ length: 1_001 }, (_, at) => `d${at}`);
    for (const directory of directories) write(`${directory}/.iwantignore`, 'x\n');
    const tree = open(...directories);
    expect(tree.ignores('d5/song', false)).toBe(false);
    expect(tree.ignores('d1000/song', false)).toBe(true);
    expect(troubles).toHaveLength(1);
  });
});
