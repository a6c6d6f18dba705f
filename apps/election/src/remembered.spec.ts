/** Addresses survive restarts, and a damaged file loses only its own content. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Remembered } from './remembered.js';

let dir = '';
const troubles: string[] = [];
const at = (port: number) => ({ address: '10.0.0.1', port });
const open = () => new Remembered(join(dir, 'remembered.json'), (words) => troubles.push(words));

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'iwanto-remembered-'));
  troubles.length = 0;
});
afterEach(() => rm(dir, { recursive: true }));

test('what was saved last is loaded, at most 64', async () => {
  const first = open();
  expect(await first.load()).toEqual([]);
  for (let port = 1; port < 50; port += 1) first.save([at(port)]);
  first.save(Array.from({ length: 100 }, (_, index) => at(index + 1)));
  await first.saved();
  const loaded = await open().load();
  expect(loaded.length).toBe(64);
  expect(loaded[63]).toEqual(at(64));
  expect(troubles).toEqual([]);
});

test.each([
  ['{'],
  ['[{"address":"0.0.0.0","port":1}]'],
  ['[{"address":"10.0.0.1"}]'],
  [`"${'x'.repeat(70_000)}"`],
])('a damaged file (%#) is told, forgotten and replaced', async (text) => {
  await writeFile(join(dir, 'remembered.json'), text);
  const remembered = open();
  expect(await remembered.load()).toEqual([]);
  expect(troubles).toEqual([expect.stringContaining('remembered.json')]);
  remembered.save([at(7)]);
  await remembered.saved();
  expect(JSON.parse(await readFile(join(dir, 'remembered.json'), 'utf8'))).toEqual([at(7)]);
});

test('a place that cannot be written is told, not thrown', async () => {
  await writeFile(join(dir, 'a-file'), '');
  const path = join(dir, 'a-file', 'remembered.json');
  const remembered = new Remembered(path, (words) => troubles.push(words));
  remembered.save([at(1)]);
  await remembered.saved();
  expect(troubles).toEqual([expect.stringContaining('cannot be kept')]);
});
