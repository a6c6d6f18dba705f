/** How the files are arranged: few side by side, with few imports between them, so that a reader of one role opens one folder. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const SIDE_BY_SIDE_MAX = 20;
const IMPORTS_BETWEEN_MAX = 60;

const root = dirname(fileURLToPath(import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .map((name) => join(root, name));

/** Each import of one file of this library by another. */
const imports = files.flatMap((from) =>
  [...readFileSync(from, 'utf8').matchAll(/ from '(\.[^']+)\.js';/g)].map(([, to = '']) => ({
    from,
    to: join(dirname(from), `${to}.ts`),
  })),
);

const folders = ['.', 'state', 'anyone', 'joiner', 'member', 'leader'];

/** The file or folder of `folder` that contains a path; undefined outside. */
function roomIn(folder: string, path: string): string | undefined {
  const [room] = relative(join(root, folder), path).split(sep);
  return room === '..' ? undefined : room;
}

describe('the folders of the election', () => {
  test('are all looked at', () => {
    const found = readdirSync(root, { withFileTypes: true }).filter((each) => each.isDirectory());
    expect(found.map((each) => each.name).sort()).toEqual(folders.slice(1).sort());
  });

  test.each(folders)('%s is small enough to keep in mind', (folder) => {
    expect(readdirSync(join(root, folder)).length).toBeLessThanOrEqual(SIDE_BY_SIDE_MAX);
    const between = new Set<string>();
    for (const { from, to } of imports) {
      const [one, other] = [roomIn(folder, from), roomIn(folder, to)];
      if (one !== undefined && other !== undefined && one !== other)
        between.add(`${one} -> ${other}`);
    }
    expect(between.size).toBeLessThanOrEqual(IMPORTS_BETWEEN_MAX);
  });

  test('import nothing in a circle', () => {
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      expect(trail).not.toContain(path);
      if (done.has(path)) return;
      for (const { from, to } of imports) if (from === path) visit(to, [...trail, path]);
      done.add(path);
    };
    for (const path of files) visit(path, []);
    expect(done.size).toBe(files.length);
  });
});
