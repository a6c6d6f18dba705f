/** The dearest questions that there are, of many addresses, without end. */
import { pack } from '@iwanto/bus';
import type { Attack } from '../attack.js';
import { mib } from '../room.js';
import { measured, strangersLine } from './lines.js';

const ADDRESSES = 24;
const OPEN_PER_LINE = 48;
const HASHES = 1_000;

const DEAR: readonly (readonly [verb: string, body: Buffer])[] = [
  ['search', pack({ query: '*e* *a* "r e" .pdf', limit: 10_000, sort: 'name' })],
  ['holders', pack({ hashes: Array.from({ length: HASHES }, (_, at) => hashOf(at)) })],
  ['list', pack({ path: 'shared', after: '' })],
  ['announced', pack({ peer: 'ab'.repeat(10) })],
];

function hashOf(number: number): string {
  return number.toString(16).padStart(64, '0');
}

export const questions: Attack = {
  name: 'questions',
  about: `${ADDRESSES} addresses ask the dearest questions, ${OPEN_PER_LINE} at a time, and read the answers`,
  cases: [28, 175],
  wantedBytes: mib(64),
  run: async (room) => {
    const { port, serverKey: key } = await room.leaderDoor();
    return measured(room, async () => {
      for (let at = 0; at < ADDRESSES; at += 1) {
        const line = strangersLine(room, port, key, `127.0.8.${at + 1}`);
        const ask = async (number: number) => {
          const [verb, body] = DEAR[number % DEAR.length] ?? ['book', pack({})];
          await line.send([String(number), verb, body]);
        };
        void (async () => {
          let asked = 0;
          while (asked < OPEN_PER_LINE) await ask((asked += 1));
          for (;;) {
            await line.receive();
            await ask((asked += 1));
          }
        })().catch(() => undefined);
      }
    });
  },
};
