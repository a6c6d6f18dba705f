/** Documents, messages and help keep to the words of docs/style.md. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { AVOIDED, avoidedInPage, avoidedInSource } from './plain-english.js';

const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string) => readFileSync(join(WORKSPACE, path), 'utf8');
const list = (path: string) => readdirSync(join(WORKSPACE, path), { recursive: true }) as string[];

const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...list('docs')
    .filter((name) => /\.(md|txt)$/.test(name))
    .map((name) => join('docs', name)),
];
/** Specs, and lists of real titles. */
const NOT_ENGLISH = /\.spec\.|search-titles/;
const SOURCES = ['apps', 'libs', 'test'].flatMap((room) =>
  list(room)
    .filter((name) => /^[\w-]+\/src\/.*\.tsx?$/.test(name) && !NOT_ENGLISH.test(name))
    .map((name) => join(room, name)),
);
/** Its table lists what is not written. */
const STYLE = 'docs/style.md';
const LISTED = /^\| .*\|$/;

describe('plain English', () => {
  test('what is avoided is found, and its neighbours are not', () => {
    const wrong = [
      'It tells the leader.',
      '50 times a second',
      'goes on',
      'x is no hash',
      'Look through it',
    ];
    expect(wrong.map((text) => avoidedInPage(text).length)).toEqual([1, 1, 1, 1, 1]);
    const right = [
      'There is no hash.',
      'Within a second',
      'a second peer',
      'is no longer there',
      '`tell()`',
      'It stands for a stand-in.',
    ];
    expect(right.flatMap(avoidedInPage)).toEqual([]);
    const comments = (text: string) => avoidedInSource('a.ts', `// ${text}\n`).length;
    const home = ['Told once.', 'Where it stands.', 'One bit a piece, in order.', 'Kept for good.'];
    expect(home.map(comments)).toEqual([1, 1, 1, 1]);
    const fine = [
      'It tells them apart.',
      'Nobody can tell.',
      'Calls `told`.',
      'It stands for all.',
      'A window is no shorter.',
      'One at a time.',
    ];
    expect(fine.map(comments)).toEqual([0, 0, 0, 0, 0, 0]);
    const source =
      "const told = 'told';\n// Fixed anew.\nconst a = `Shared at once: ${told} tells`;\n";
    expect(avoidedInSource('a.ts', source).map(({ word }) => word)).toEqual([
      'at once',
      'tell',
      'anew',
    ]);
  });

  test('docs/style.md lists every word that is avoided, with what is written instead', () => {
    const page = read(STYLE);
    for (const { word, instead } of AVOIDED) {
      expect(page).toMatch(new RegExp(`\\| ${word} +\\| ${instead} +\\|`));
    }
  });

  test.each(PAGES)('%s', (page) => {
    const text = read(page);
    const kept =
      page === STYLE
        ? text
            .split('\n')
            .filter((line) => !LISTED.test(line))
            .join('\n')
        : text;
    expect(avoidedInPage(kept)).toEqual([]);
  });

  test('messages, help and comments', () => {
    const found = SOURCES.flatMap((path) =>
      avoidedInSource(path, read(path)).map(
        ({ line, text, word }) => `${path}:${line} "${word}": ${text}`,
      ),
    );
    expect(found).toEqual([]);
  });
});
