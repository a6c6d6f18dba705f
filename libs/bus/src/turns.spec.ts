/** Loops over sockets yield to the rest of the process. */
import { expect, test } from '@jest/globals';
import { Outbox } from './outbox.js';
import { messages, myTurn } from './turns.js';

/** The longest that anything else may wait, in ms of work. */
const STALL_MAX_MS = 50;
const WORK_MS = 2;

function work(): void {
  const endMs = performance.now() + WORK_MS;
  while (performance.now() < endMs);
}

/** A socket that always has a next message. */
async function* full(count: number): AsyncGenerator<number> {
  for (let at = 0; at < count; at += 1) yield at;
}

/** The most work done between two turns of the event loop while `run` lasts, in ms; a busy machine adds nothing. */
async function longestStallMs(run: (worked: () => void) => Promise<unknown>): Promise<number> {
  let longest = 0;
  let pieces = 0;
  let ended = false;
  const tick = () => {
    longest = Math.max(longest, pieces);
    pieces = 0;
    if (!ended) setImmediate(tick);
  };
  tick();
  await run(() => {
    work();
    pieces += 1;
  });
  ended = true;
  return Math.max(longest, pieces) * WORK_MS;
}

test('sockets with long queues do not keep the process waiting, and each gets its share', async () => {
  const order: string[] = [];
  const stallMs = await longestStallMs((worked) => {
    const read = async (name: string) => {
      for await (const at of messages(full(60))) {
        worked();
        order.push(`${name}${at}`);
      }
    };
    return Promise.all(['a', 'b', 'c'].map(read));
  });
  expect(order).toHaveLength(180);
  expect(order.slice(0, 90)).toEqual(expect.arrayContaining(['a0', 'b0', 'c0']));
  expect(stallMs).toBeLessThan(STALL_MAX_MS);
});

test('neither does a queue of messages to send', async () => {
  const stallMs = await longestStallMs((worked) => {
    const outbox = new Outbox({ send: async () => worked() });
    return Promise.all(Array.from({ length: 200 }, () => outbox.send([])));
  });
  expect(stallMs).toBeLessThan(STALL_MAX_MS);
});

test('who comes while there is time left waits for nobody', async () => {
  let turned = false;
  await myTurn();
  setImmediate(() => {
    turned = true;
  });
  await myTurn();
  expect(turned).toBe(false);
});

test('HOSTILE 175: a loop with one message has its turn beside one whose queue never ends', async () => {
  let taken = 0;
  let isOver = false;
  async function* endless(): AsyncGenerator<number> {
    for (let at = 1; !isOver; at += 1) yield at;
  }
  const reading = (async () => {
    for await (const at of messages(endless())) {
      taken = at;
      work();
    }
  })();
  // Asks again and again, from outside of the turns, as a message that arrives does.
  for (let asked = 0; asked < 20; asked += 1) {
    await new Promise((arrived) => setTimeout(arrived, 1));
    const before = taken;
    await myTurn();
    expect((taken - before) * WORK_MS).toBeLessThan(STALL_MAX_MS);
  }
  isOver = true;
  await reading;
});
