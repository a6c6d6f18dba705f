import { describe, expect, test } from '@jest/globals';
import type { Download } from '@iwanto/bus';
import type { FileHash } from '@iwanto/wire';
import { DownloadLog } from './download-log.js';

const hash = 'ab'.repeat(32) as FileHash;
const view = (changes: Partial<Download>): Download => ({
  ...{ id: hash, revision: 1, hash, kind: 'file', name: 'a film.mkv', path: '/d/a film.mkv' },
  ...{ state: 'running', bytes: 100, bytesDone: 0, files: 1, filesDone: 0, bytesPerSecond: 0 },
  ...{ seconds: 0, sources: 0, failure: null, notes: [] },
  ...changes,
});

describe('the log of downloads', () => {
  test('has one line for each change of state, and the end with rate and sources', () => {
    const lines: string[] = [];
    const log = new DownloadLog((line) => lines.push(line.replace(hash, 'HASH')));
    log.note(view({ state: 'locating' }));
    log.note(view({}));
    log.note(view({ bytesDone: 50 }));
    log.note(view({ state: 'done', bytesDone: 100, bytesPerSecond: 50, seconds: 2, sources: 3 }));
    expect(lines).toEqual([
      'Download HASH of "a film.mkv" begins.',
      'Download HASH runs: 1 file, 100 bytes.',
      'Download HASH is done; it is in "/d/a film.mkv": 100 bytes in 2.0 s, 50 bytes per second, from 3 sources.',
    ]);
  });

  test('says why one failed', () => {
    const lines: string[] = [];
    const log = new DownloadLog((line) => lines.push(line));
    const failure = { code: 'E_NO_SOURCE', sentence: 'Nobody has it.' } as const;
    log.note(view({ state: 'failed', bytesDone: 10, seconds: 5, sources: 1, failure }));
    expect(lines[0]).toContain('from 1 source: E_NO_SOURCE, Nobody has it.');
  });
});
