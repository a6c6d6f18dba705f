/** Which files are the subtitles of a film. */
import { describe, expect, test } from '@jest/globals';
import type { Bus } from '@iwanto/bus';
import type { FileHash } from '@iwanto/wire';
import { areSubtitlesOf, subtitlesBeside } from './subtitles.js';

const FILM = 'Metropolis (1927).mkv';

test.each([
  ['Metropolis (1927).srt', true],
  ['Metropolis (1927).de.vtt', true],
  ['Metropolis (1927).en.forced.ASS', true],
  ['Metropolis (1927) trailer.srt', false],
  ['Metropolis.srt', false],
  ['Metropolis (1927).txt', false],
  ['Metropolis (1927).a.b.c.srt', false],
])('%s: %s', (name, are) => {
  expect(areSubtitlesOf(FILM, { name, size: 9 })).toBe(are);
  expect(areSubtitlesOf(`films/${FILM}`, { name: `films/${name}`, size: 9 })).toBe(are);
  expect(areSubtitlesOf(`films/${FILM}`, { name: `other/${name}`, size: 9 })).toBe(false);
});

test('a text is small', () => {
  expect(areSubtitlesOf(FILM, { name: 'Metropolis (1927).srt', size: 1e9 })).toBe(false);
});

describe('beside a film that was found by itself', () => {
  const film = { name: FILM, hash: 'aa'.repeat(32) as FileHash, size: 9 };
  const found = (name: string, folder: string, peer: string) => ({
    ...{ kind: 'file', name, size: 9, hash: name === FILM ? film.hash : name },
    where: { folder, short: folder, peers: [{ peer, name: peer }] },
  });
  const busOf = (results: readonly unknown[]) =>
    ({ call: async () => ({ results }) }) as unknown as Bus;

  test('lies what is in its folder, of the same peer', async () => {
    const bus = busOf([
      found(FILM, 'films', 'a'),
      found('Metropolis (1927).srt', 'films', 'a'),
      found('Metropolis (1927).de.srt', 'films', 'b'),
      found('Metropolis (1927).en.srt', 'other', 'a'),
    ]);
    const names = (await subtitlesBeside(bus, film)).map(({ name }) => name);
    expect(names).toEqual(['Metropolis (1927).srt']);
  });

  test('HOSTILE 243: the search says which film it is for, so that a name of a group stays there', async () => {
    const asked: unknown[] = [];
    const bus = { call: async (...of: unknown[]) => asked.push(of[1]) } as unknown as Bus;
    await subtitlesBeside(bus, film);
    expect(asked).toMatchObject([{ query: 'Metropolis (1927)', beside: film.hash }]);
  });

  test('lies nothing where nobody answers, and beside what is no film', async () => {
    const silent = { call: () => Promise.reject(new Error('no answer')) } as unknown as Bus;
    expect(await subtitlesBeside(silent, film)).toEqual([]);
    expect(await subtitlesBeside(busOf([]), { ...film, name: 'a.flac' })).toEqual([]);
  });
});
