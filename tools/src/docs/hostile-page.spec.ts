import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { casesFrom, hostilePage, numbersIn } from './hostile-page.js';

const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));
/** Documents that a reader of this repository does not have. */
const ABSENT_PAPERS =
  /\b(?:ELECTION|HOSTILE|FACTS|DESIGN|SEARCH|PEERS|HOUSE)(?:-REVIEW)?\.md\b|\bFACTS\b|\bDESIGN \d|\bIssue \d/;
const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.nx', 'tmp']);

async function texts(): Promise<{ path: string; text: string }[]> {
  const found: { path: string; text: string }[] = [];
  const look = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(WORKSPACE, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !NOT_OURS.has(entry.name)) await look(path);
      if (!entry.isFile() || !/\.(?:ts|mjs|md|sh)$/.test(entry.name)) continue;
      found.push({ path, text: await readFile(join(WORKSPACE, path), 'utf8') });
    }
  };
  await look('.');
  return found.filter(({ path }) => !path.endsWith('hostile-page.spec.ts'));
}

describe('what is cited can be read here', () => {
  test('each number of a hostile case is in docs/hostile-cases.txt', async () => {
    const listed = casesFrom(await readFile(join(WORKSPACE, 'docs/hostile-cases.txt'), 'utf8'));
    const numbers = new Set(listed.flatMap(({ cases }) => cases.map(({ number }) => number)));
    const unknown = (await texts()).flatMap(({ path, text }) =>
      numbersIn(text)
        .filter((number) => !numbers.has(number))
        .map((number) => `${path}: HOSTILE ${number}`),
    );
    expect(unknown).toEqual([]);
  });

  test('no paper is cited that is not in this repository', async () => {
    const citing = (await texts()).flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => ABSENT_PAPERS.test(line) && !/DIRECTORY_FACTS/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(citing).toEqual([]);
  });
});

test.each([
  ['HOSTILE 7: x', [7]],
  ['HOSTILE 23, 24: x', [23, 24]],
  ['HOSTILE 1-3: x', [1, 2, 3]],
  ['HOSTILE 77 to 79 and (HOSTILE 5)', [77, 78, 79, 5]],
  ['HOSTILE 6 and 9', [6, 9]],
  ['hostile 4', []],
])('numbers in %p', (text, numbers) => {
  expect(numbersIn(text)).toEqual(numbers);
});

test('a line without both columns, or a number twice, is refused', () => {
  expect(() => casesFrom('## A\n1 | only one')).toThrow();
  expect(() => casesFrom('## A\n1 | a | b\n1 | c | d')).toThrow();
});

test('a case without a test is named as such', () => {
  const page = hostilePage(casesFrom('## A\n1 | a | b\n2 | c | d'), new Map([[1, ['x.spec.ts']]]));
  expect(page).toContain('| 1 | a | b | `x.spec.ts` |');
  expect(page).toContain('| 2 | c | d | none yet |');
});
