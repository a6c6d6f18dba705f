import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { LogLimit } from './log-limit.js';
import { closeLog, openLog } from './log.js';

describe('the log', () => {
  test('writes one line each second of a flood, with the count of what was held back', () => {
    const limit = new LogLimit();
    const passed: number[] = [];
    for (let ms = 0; ms < 10_000; ms += 1) {
      const held = limit.pass(`dropped a datagram of 10.0.0.${ms % 250}: bad signature`, ms);
      if (held !== undefined) passed.push(held);
    }
    expect(passed.length).toBeGreaterThan(9);
    expect(passed.length).toBeLessThanOrEqual(15);
    expect(passed.at(-1)).toBeGreaterThan(900);
  });

  test('lets other kinds of lines through meanwhile', () => {
    const limit = new LogLimit();
    for (let at = 0; at < 1_000; at += 1) limit.pass(`noise ${at}`, 0);
    expect(limit.pass('this host leads now', 0)).toBe(0);
  });

  test('bounds whoever makes up a new kind for each line', () => {
    const limit = new LogLimit();
    const words = (at: number) => Array.from(String(at), (digit) => 'abcdefghij'[Number(digit)]);
    const passed = Array.from({ length: 5_000 }, (_, at) => limit.pass(words(at).join(''), 0));
    expect(passed.filter((held) => held !== undefined)).toHaveLength(100);
  });

  test('says what was held back, and hides secrets', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'iwanto-log-'));
    const log = await openLog('indexer', dir, 'info');
    for (let at = 0; at < 50; at += 1) log.info(`looked at ${at}`, { secretKey: 'c0ffee' });
    await closeLog(log);
    const text = await readFile(join(dir, 'indexer.log'), 'utf8');
    expect(text.trim().split('\n')).toHaveLength(5);
    expect(text).not.toContain('c0ffee');
    await rm(dir, { recursive: true });
  });
});
