/** Followers compare revisions: those of a service that restarts inside its process must not start over. */
import { expect, test } from '@jest/globals';
import { HoldingNews } from './holding-news.js';

const newNews = () =>
  new HoldingNews(
    () => ({ lines: () => [] }),
    () => undefined,
  );

test('a second start has higher revisions than all of the first', () => {
  const first = newNews();
  for (let change = 0; change < 10; change += 1) first.changed();
  const before = first.body().revision;
  first.stop();
  const second = newNews();
  expect(second.body().revision).toBeGreaterThan(before);
});
