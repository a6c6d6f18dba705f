import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { identityOf } from '../disk/identity.js';
import { HashQueue, type HashRequest } from './hash-queue.js';
import type { HashResult } from './hash-words.js';

const LIMIT_MS = 20_000;

let dir: string;
let queue: HashQueue<HashRequest>;
let results: { request: HashRequest; result: HashResult }[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'iwanto-queue-'));
  results = [];
});
afterEach(async () => {
  await queue.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(restMs: number): void {
  queue = new HashQueue({
    threads: 2,
    restMs,
    script: new URL('../../dist/hashing/hash-file.js', import.meta.url),
    onResults: (more) => results.push(...more),
    onProgress: () => undefined,
    onTrouble: (sentence) => {
      throw new Error(sentence);
    },
  });
}

function push(name: string): void {
  const path = join(dir, name);
  writeFileSync(path, `content of ${name}`);
  const stats = statSync(path, { bigint: true });
  queue.push({ path, identity: identityOf(stats, true), size: Number(stats.size) });
}

async function until(holds: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + LIMIT_MS;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error('it did not come to that');
    await nextTurn();
  }
}

test('threads are started for files and end when nothing is left to do', async () => {
  open(1);
  expect(queue.threads).toBe(0);
  push('one');
  expect(queue.threads).toBe(1);
  await until(() => results.length === 1);
  await until(() => queue.threads === 0);
  push('two');
  await until(() => results.length === 2);
  expect(results.map(({ result }) => 'root' in result)).toEqual([true, true]);
});

test('no more threads than there is work for, nor than are allowed', async () => {
  open(LIMIT_MS);
  push('one');
  push('two');
  push('three');
  expect(queue.threads).toBe(2);
  await until(() => results.length === 3);
  push('four');
  await until(() => results.length === 4);
  expect(queue.threads).toBe(2);
});
