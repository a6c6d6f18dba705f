/** Moving many pieces must not make V8 run full collections again and again. */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { nodeFlags } from '@iwanto/service';

const SLICES = 4_096;
const COLLECTIONS_MAX = 3;

/** Reads and seals 512 MiB in slices, as an uploader does, and prints the number of full collections. */
const PROGRAM = `
import { createCipheriv } from 'node:crypto';
import { PerformanceObserver, constants } from 'node:perf_hooks';
const { collectSeldom } = await import(process.argv[1]);
collectSeldom();
let collections = 0;
const count = (entries) =>
  (collections += entries.filter(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR).length);
const observer = new PerformanceObserver((list) => count(list.getEntries()));
observer.observe({ entryTypes: ['gc'] });
const newCipher = () => createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));
let cipher;
const kept = [];
for (let at = 0; at < ${SLICES}; at += 1) {
  if (at % 8 === 0) cipher = newCipher();
  kept[at % 64] = cipher.update(Buffer.alloc(131_072));
  if (at % 64 === 0) await new Promise(setImmediate);
}
await new Promise(setImmediate);
await new Promise(setImmediate);
count(observer.takeRecords());
console.log(collections);
`;

test('half a gigabyte of pieces costs next to no full collection', () => {
  const built = pathToFileURL(join(process.cwd(), 'dist', 'collections.js')).href;
  const words = [...nodeFlags('transfer'), '--input-type=module', '-e', PROGRAM, built];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\d+\n$/);
  expect(Number(stdout)).toBeLessThanOrEqual(COLLECTIONS_MAX);
});
