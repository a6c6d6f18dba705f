/** A query that cannot be read is refused here, with a sentence: another host could say only that it refuses. */
import { expect, test } from '@jest/globals';
import type { PeerId } from '@iwanto/wire';
import { type SearchOptions, search } from './search.js';

test.each([
  ['type:vidoe holiday', 'type: takes video, audio, '],
  ['size:>huge', 'size: takes numbers like 700, 100M or 1.5G, not "huge".'],
])('the filter in %j is named, and nobody is asked', async (query, sentence) => {
  const asked: string[] = [];
  const line = { ask: async (verb: string) => asked.push(verb) };
  const options = { line, self: 'aa'.repeat(10) as PeerId } as unknown as SearchOptions;
  const answer = search(options);
  const refused = Promise.resolve().then(() => answer({ query, limit: 5 }));
  await expect(refused).rejects.toMatchObject({ code: 'E_BAD_REQUEST' });
  await expect(refused).rejects.toThrow(sentence);
  expect(asked).toEqual([]);
});
