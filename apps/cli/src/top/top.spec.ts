/** The live screen at several sizes, and what its keys do. */
import { describe, expect, test } from '@jest/globals';
import type { Bus, Download } from '@iwanto/bus';
import type { FileHash, PeerId } from '@iwanto/wire';
import type { Picture } from '../picture.js';
import { widthOf } from '../screen/width.js';
import { act } from './act.js';
import { sparkline, topLines } from './lines.js';
import type { Moment } from './model.js';

const PEER = '11'.repeat(10) as PeerId;
const OTHER = '22'.repeat(10) as PeerId;

const download = (at: number, changes: Partial<Download> = {}): Download => ({
  ...{ id: `${at}`, revision: 1, hash: `${at}`.padStart(64, '0') as FileHash, kind: 'file' },
  ...{ name: `日本語の映画 ${at}.mkv`, path: `/tmp/${at}`, state: 'running', bytes: 1_000 },
  ...{ bytesDone: 500, files: 1, filesDone: 0, bytesPerSecond: 10, seconds: 1, sources: 1 },
  failure: null,
  notes: [],
  ...changes,
});

const picture: Picture = {
  ...{ peer: PEER, name: 'ben', role: 'follower', leader: OTHER, leaderName: 'anna', epoch: 3 },
  peers: [
    { peer: PEER, name: 'ben', address: '10.0.0.1', files: 5, roundTripMs: null },
    { peer: OTHER, name: 'anna', address: '10.0.0.2', files: null, roundTripMs: 1.25 },
  ],
  ...{ shared: null, fetched: 0, findable: 'found' },
  services: { election: 'ready', indexer: 'starting', transfer: 'ready' },
  ...{ details: [], troubles: [], downloads: [], relaying: null, mapping: null },
};
const moment = (downloads: readonly Download[]): Moment => ({
  ...{ picture, downloads, down: [0, 50, 100], up: [] },
  uploads: [
    { hash: 'ab'.repeat(32) as FileHash, name: 'a.mkv', bytes: 2_048, bytesPerSecond: 1_024 },
  ],
});
const texts = (downloads: readonly Download[], columns: number, rows: number, chosen = 0) =>
  topLines(moment(downloads), { columns, rows, chosen, message: '' });

describe('the screen', () => {
  test('fits, whatever its size and however many downloads there are', () => {
    const many = Array.from({ length: 40 }, (_, at) => download(at));
    for (const [columns, rows] of [
      [80, 24],
      [40, 10],
      [132, 50],
      [20, 5],
      [80, 2],
    ] as const) {
      const lines = texts(many, columns, rows, 39);
      expect(lines.length).toBe(Math.max(1, rows - 1));
      for (const { text } of lines) expect(widthOf(text)).toBeLessThan(columns);
    }
  });

  test('says at 80x24 who leads, what is wrong, what moves, and who is here', () => {
    const screen = texts([download(1)], 80, 24).map(({ text }) => text);
    const whole = screen.join('\n');
    for (const part of [
      'leader anna',
      'indexer: starting',
      '50 %',
      'UPLOADS 1',
      'a.mkv',
      'PEERS 2',
      '1.3 ms',
    ]) {
      expect(whole).toContain(part);
    }
    expect(screen.at(-1)).toContain('q quit');
  });

  test('keeps the chosen download in sight', () => {
    const many = Array.from({ length: 40 }, (_, at) => download(at));
    const chosen = texts(many, 80, 24, 33).filter(({ look }) => look === 'chosen');
    expect(chosen).toHaveLength(1);
    expect(chosen[0]?.text).toMatch(/^> 日本語の.* 33\.mkv/);
  });

  test('a sparkline ends with the latest rate and is as wide as asked', () => {
    expect(sparkline([0, 50, 100], 3)).toBe('▁▅█');
    expect(sparkline([100], 4)).toBe('   █');
    expect(sparkline([], 2)).toBe('  ');
  });
});

describe('keys', () => {
  const asked: unknown[] = [];
  const bus = {
    call: async (verb: string, question: unknown) => {
      asked.push([verb, question]);
      return {};
    },
  } as unknown as Bus;

  test('pause, resume and cancel the chosen download', async () => {
    expect(await act(bus, 'p', download(1))).toContain('Paused');
    expect(await act(bus, 'p', download(1, { state: 'cancelled' }))).toContain('Resumed');
    expect(await act(bus, 'c', download(1))).toContain('Cancelled');
    expect(asked).toEqual([
      ['download.pause', { id: '1' }],
      ['download.start', { hash: '1'.padStart(64, '0') }],
      ['download.cancel', { id: '1', forget: true }],
    ]);
  });

  test('do nothing where there is nothing to do', async () => {
    asked.length = 0;
    expect(await act(bus, 'x', download(1))).toBe('');
    expect(await act(bus, 'p', undefined)).toContain('no download');
    expect(await act(bus, 'o', download(1))).toContain('not complete');
    expect(await act(bus, 'c', download(1, { state: 'done' }))).toContain('nothing to cancel');
    expect(asked).toEqual([]);
  });
});
