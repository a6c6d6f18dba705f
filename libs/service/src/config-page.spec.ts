/** docs/operating.md has every key of the configuration, with its default. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type Loose, leavesOf, schemaFor, valueAt } from './config-schema.js';
import { homePaths } from './paths.js';

const PAGE = new URL('../../../docs/operating.md', import.meta.url);

test('every key of the configuration has its row in docs/operating.md', () => {
  const config = schemaFor(homePaths()).parse({}) as Loose;
  const rows = new Map(
    readFileSync(PAGE, 'utf8')
      .split('\n')
      .map((line) => /^\| `([\w.]+)` +\| (.*?) +\|/.exec(line))
      .filter((row) => row !== null)
      .map(([, key = '', value = '']) => [key, value]),
  );
  const documented = [...rows.keys()].filter((key) => valueAt(config, key) !== undefined);
  expect(documented).toEqual(leavesOf(config));
  for (const key of documented) {
    const value = valueAt(config, key);
    if (typeof value === 'number' || typeof value === 'boolean') {
      expect([key, rows.get(key)]).toEqual([key, String(value)]);
    }
  }
});
