import { expect, test } from '@jest/globals';
import { DiskPace } from './disk-pace.js';

test('a slow write makes the next ones wait elsewhere, until it is tried again', () => {
  let nowMs = 0;
  const pace = new DiskPace(() => nowMs);
  pace.time(() => (nowMs += 0.5));
  expect(pace.isSlow).toBe(false);
  pace.time(() => (nowMs += 40));
  const answers = Array.from({ length: 65 }, () => pace.isSlow);
  expect(answers.slice(0, 64)).not.toContain(false);
  expect(answers[64]).toBe(false);
});
