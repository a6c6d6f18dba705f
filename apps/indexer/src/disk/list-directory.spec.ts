/** Names that the disk tells apart and the catalogue does not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { seeEntries } from './list-directory.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iwanto-names-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('of two names that differ in their Unicode form only the first counts, and the other is reported', () => {
  const forms = ['NFC', 'NFD'].map((form) => 'Élan.txt'.normalize(form));
  for (const name of forms) writeFileSync(join(folder, name), name);
  const skipped: string[][] = [];
  const entries = seeEntries(folder, forms, {
    ignores: () => false,
    onSkip: (path, why) => skipped.push([path, why]),
    taken: new Map(),
  });
  expect([...entries.keys()]).toEqual([forms[0]]);
  expect(skipped).toEqual([
    [
      join(folder, forms[1] ?? ''),
      'another entry of this folder has the same name in another Unicode form: rename one of the two',
    ],
  ]);
});
