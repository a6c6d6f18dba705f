/** Requests that come before the data line: they wait for it, in numbers that are bounded, and no longer than its grant. */
import { EventEmitter, on } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import {
  type FileHash,
  type PieceAnswer,
  type PieceRequest,
  REQUESTS_IN_FLIGHT_MAX,
  decodePieceAnswer,
  encodePieceRequests,
} from '@iwanto/wire';
import type { ServedLine } from './data-door.js';
import { PieceServer } from './piece-server.js';

const ASKER = Buffer.from('asker');
const root = 'ab'.repeat(32) as FileHash;
const piece = (requestId: number): PieceRequest => ({
  ...{ ask: 'piece', requestId, root, first: requestId, count: 1 },
});
const lineRequest: PieceRequest = { ...piece(0), ask: 'line', first: 0 };

/** A server whose control line and data line are this test. */
const newServer = () => {
  const incoming = new EventEmitter();
  const outgoing = new EventEmitter();
  const answers: PieceAnswer[] = [];
  const sent: number[] = [];
  const asked: number[] = [];
  let granted: { opened: (line: ServedLine) => void; expired: () => void } | undefined;
  const socket = {
    async *[Symbol.asyncIterator]() {
      for await (const [frame] of on(incoming, 'frame')) yield [ASKER, frame as Buffer];
    },
    send: async ([, head, body]: (Uint8Array | string)[]) => {
      answers.push(decodePieceAnswer(head as Buffer, body as Buffer)!);
      outgoing.emit('any');
    },
  };
  const door = {
    grant: (opened: (line: ServedLine) => void, expired = () => {}) => {
      granted = { opened, expired };
      return { body: Buffer.alloc(82), withdraw: () => undefined };
    },
  };
  const line = {
    address: '10.0.0.2',
    onClose: () => undefined,
    close: () => undefined,
    send: async ({ requestId }: PieceRequest) => {
      sent.push(requestId);
      outgoing.emit('any');
      return true;
    },
  } as unknown as ServedLine;
  const answer = async ({ requestId }: PieceRequest) => {
    asked.push(requestId);
    return { type: 'data', body: Uint8Array.of(1) } as const;
  };
  const onTrouble = () => undefined;
  void new PieceServer(socket, door, { answer, rank: () => 0, onTrouble }).serve();
  const until = async (is: () => boolean) => {
    while (!is()) await new Promise((resolve) => outgoing.once('any', resolve));
  };
  const ask = (...requests: PieceRequest[]) =>
    void incoming.emit('frame', encodePieceRequests(requests));
  return {
    ...{ answers, sent, asked, until, ask },
    open: () => granted?.opened(line),
    expire: () => granted?.expired(),
    refused: () => answers.flatMap((one) => (one.type === 'refused' ? [one.reason] : [])),
  };
};

describe('requests before the data line', () => {
  test('are answered as soon as it is open, in their order', async () => {
    const server = newServer();
    server.ask(lineRequest);
    server.ask(piece(1));
    server.ask(piece(2), piece(3));
    await server.until(() => server.answers.length === 1);
    expect(server.asked).toEqual([]);
    server.open();
    await server.until(() => server.sent.length === 3);
    expect(server.sent).toEqual([1, 2, 3]);
    expect(server.refused()).toEqual([]);
  });

  test('are refused where none was granted', async () => {
    const server = newServer();
    server.ask(piece(1));
    await server.until(() => server.answers.length === 1);
    expect(server.refused()).toEqual(['unexpected']);
  });

  test('HOSTILE 210: do not pile up, and are refused when it does not come', async () => {
    const server = newServer();
    server.ask(lineRequest);
    for (let id = 1; id <= REQUESTS_IN_FLIGHT_MAX + 2; id += 1) server.ask(piece(id));
    await server.until(() => server.refused().length === 2);
    expect(server.refused()).toEqual(['busy', 'busy']);
    server.expire();
    await server.until(() => server.refused().length === REQUESTS_IN_FLIGHT_MAX + 2);
    expect(new Set(server.refused().slice(2))).toEqual(new Set(['unexpected']));
    server.ask(piece(1));
    await server.until(() => server.refused().length === REQUESTS_IN_FLIGHT_MAX + 3);
    expect(server.refused().at(-1)).toBe('unexpected');
    expect(server.asked).toEqual([]);
  });
});
