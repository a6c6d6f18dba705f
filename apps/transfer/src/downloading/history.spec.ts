/** Ended downloads are kept over restarts, each once, in bounded files; uploads are listed by content. */
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Download } from '@iwanto/bus';
import type { FileHash } from '@iwanto/wire';
import { History } from './history.js';

let dir: string;
let nowMs = 1_000;
const troubles: string[] = [];
const open = (path = join(dir, 'history.ndjson')) =>
  new History({ path, dateMs: () => nowMs, onTrouble: (sentence) => troubles.push(sentence) });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'iwanto-history-'));
  troubles.length = 0;
});
afterEach(() => rmSync(dir, { recursive: true }));

const view = (seed: string, state: Download['state']): Download => ({
  ...{ id: seed, revision: 1, hash: seed.repeat(64) as FileHash, kind: 'file', name: seed },
  ...{ path: `/tmp/${seed}`, state, bytes: 1, bytesDone: 1, files: 1, filesDone: 1 },
  ...{ bytesPerSecond: 0, seconds: 2, sources: 1, failure: null, notes: [] },
});

describe('the history', () => {
  test('has each end once, the latest first, also after a restart', () => {
    const history = open();
    for (const state of ['running', 'done', 'done'] as const) history.note(view('a', state));
    nowMs = 2_000;
    history.note(view('b', 'cancelled'));
    history.note(view('b', 'running'));
    history.note(view('b', 'done'));
    const states = open()
      .latest(10)
      .map(({ name, state }) => `${name} ${state}`);
    expect(states).toEqual(['b done', 'b cancelled', 'a done']);
    expect(open().latest(1)).toMatchObject([{ name: 'b', endedMs: 2_000 }]);
  });

  test('leaves out what a crash cut, and moves a full file aside', () => {
    const history = open();
    history.note(view('a', 'done'));
    appendFileSync(join(dir, 'history.ndjson'), '{"hash": "b');
    expect(open().latest(10)).toHaveLength(1);
    appendFileSync(join(dir, 'history.ndjson'), `\n${' '.repeat(1_100_000)}\n`);
    history.note(view('c', 'failed'));
    expect(existsSync(join(dir, 'history.ndjson.old'))).toBe(true);
    expect(
      open()
        .latest(10)
        .map(({ name }) => name),
    ).toEqual(['c', 'a']);
  });

  test('that cannot be written is a trouble and no more', () => {
    open(join(dir, 'absent', 'x')).note(view('a', 'done'));
    expect(troubles).toEqual([expect.stringContaining('cannot be written')]);
  });
});
