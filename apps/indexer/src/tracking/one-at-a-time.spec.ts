/** Pieces of work on one tracker wait for each other, also if one is given up. */
import { expect, test } from '@jest/globals';
import { inTurns } from '@iwanto/bus';
import type { WorkTurns } from '@iwanto/wire';
import { OneAtATime } from './one-at-a-time.js';

function* work(name: string, log: string[]): WorkTurns<string> {
  for (let turn = 1; turn <= 3; turn += 1) {
    log.push(`${name}${turn}`);
    yield 1;
  }
  return name;
}

test('one piece after the other, in the order in which they began', async () => {
  const line = new OneAtATime();
  const log: string[] = [];
  const first = line.run(work('a', log));
  first.next();
  const others = [inTurns(line.run(work('b', log))), inTurns(line.once(() => log.push('c')))];
  const second = line.run(work('d', log));
  expect(second.next()).toEqual({ done: false, value: 0 });
  const result = await inTurns(first);
  await Promise.all(others);
  await inTurns(second);
  expect(result).toBe('a');
  expect(log).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c', 'd1', 'd2', 'd3']);
});

test('what is given up, waiting or at work, and what fails, keeps nobody waiting', async () => {
  const line = new OneAtATime();
  const log: string[] = [];
  const first = line.run(work('a', log));
  first.next();
  const second = line.run(work('b', log));
  second.next();
  const third = line.once(() => {
    throw new Error('failed');
  });
  third.next();
  const last = inTurns(line.run(work('d', log)));
  second.return('');
  first.return('');
  await expect(inTurns(third)).rejects.toThrow('failed');
  expect(await last).toBe('d');
  expect(log).toEqual(['a1', 'd1', 'd2', 'd3']);
});
