/** Whose question is next, with lines, addresses and times made up. */
import { expect, test } from '@jest/globals';
import {
  QUESTIONS_OPEN_MAX,
  QUESTIONS_OPEN_PER_ADDRESS_MAX,
  QUESTIONS_OPEN_PER_LINE_MAX,
} from './limits.js';
import { QuestionQueue } from './question-queue.js';

/** Lines are named `address/number` or `standing/address/key/number`. */
function queueWith() {
  const gone = new Set<string>();
  const deaf = new Set<string>();
  const queue = new QuestionQueue<number>((line) => {
    if (gone.has(line)) return undefined;
    const turns = line.split('/').slice(0, -1);
    return { address: turns.slice(0, 2).join('/'), turns, isReading: !deaf.has(line) };
  });
  let asked = 0;
  const ask = (line: string, count = 1) => {
    const refused = [];
    for (let at = 0; at < count; at += 1) {
      const left = queue.add(line, (asked += 1));
      if (left) refused.push(left.line);
    }
    return refused;
  };
  /** The lines of the next questions, each of which takes `ms`. */
  const serve = (count: number, ms: (line: string) => number = () => 1) => {
    const served: string[] = [];
    for (let next = queue.next(); next; next = served.length < count ? queue.next() : undefined) {
      served.push(next.line);
      queue.spent(next.line, ms(next.line));
      queue.end(next.line);
    }
    return served;
  };
  return { queue, gone, deaf, ask, serve };
}

test('HOSTILE 175: one question waits behind at most one of each other address, and of each line of its own', () => {
  const { ask, serve } = queueWith();
  for (let address = 0; address < 20; address += 1)
    for (let line = 0; line < 4; line += 1) ask(`a${address}/${line}`, 12);
  serve(37);
  ask('late/0');
  expect(serve(21)).toContain('late/0');
  ask('a7/late');
  const before = serve(200);
  const ofItsAddress = before
    .slice(0, before.indexOf('a7/late'))
    .filter((line) => line.startsWith('a7/'));
  expect(before).toContain('a7/late');
  expect(ofItsAddress.length).toBeLessThanOrEqual(4);
});

test('who asks dear questions has as much time as who asks cheap ones, not as many answers', () => {
  const { ask, serve } = queueWith();
  ask('dear/0', 60);
  ask('cheap/0', 60);
  const served = serve(66, (line) => (line === 'dear/0' ? 50 : 5));
  expect(served.filter((line) => line === 'dear/0').length).toBeLessThanOrEqual(8);
});

test('who was away saved nothing up, and who comes again does not wait longer than others', () => {
  const { ask, serve } = queueWith();
  ask('busy/0', 60);
  serve(30, () => 10);
  ask('rare/0', 10);
  expect(serve(12, () => 10).filter((line) => line === 'rare/0').length).toBeLessThanOrEqual(7);
});

test('what is open is bounded of a line, of an address, and of all; the newest of who has most is refused', () => {
  const { ask } = queueWith();
  expect(ask('a/0', QUESTIONS_OPEN_PER_LINE_MAX)).toEqual([]);
  expect(ask('a/0')).toEqual(['a/0']);
  for (let line = 1; line * QUESTIONS_OPEN_PER_LINE_MAX < QUESTIONS_OPEN_PER_ADDRESS_MAX; line += 1)
    expect(ask(`a/${line}`, QUESTIONS_OPEN_PER_LINE_MAX)).toEqual([]);
  // The honest one behind the same router.
  expect(ask('a/honest')).toEqual(['a/0']);
  let open = QUESTIONS_OPEN_PER_ADDRESS_MAX;
  for (let address = 0; open < QUESTIONS_OPEN_MAX; address += 1, open += 32)
    expect(ask(`b${address}/0`, 32)).toEqual([]);
  const [refused] = ask('honest/0');
  expect(refused).toMatch(/^a\//);
});

test('what was asked over a line that is gone is dropped, and one that does not read waits', () => {
  const { ask, gone, deaf, serve } = queueWith();
  ask('gone/0', 5);
  ask('deaf/0', 5);
  ask('here/0', 2);
  gone.add('gone/0');
  deaf.add('deaf/0');
  expect(serve(20)).toEqual(['here/0', 'here/0']);
  deaf.clear();
  expect(serve(20)).toHaveLength(5);
});

test('questions that are worked on count as open until they end', () => {
  const { queue, ask } = queueWith();
  ask('a/0', QUESTIONS_OPEN_PER_LINE_MAX);
  for (let at = 0; at < QUESTIONS_OPEN_PER_LINE_MAX; at += 1) queue.next();
  expect(ask('a/0')).toEqual(['a/0']);
  queue.end('a/0');
  expect(ask('a/0')).toEqual([]);
});
