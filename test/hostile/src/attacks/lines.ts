/** Attacks of strangers who only need to know where a host listens: sending too much, too often, not reading, and resetting. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { connectPieces, curveClient, pack } from '@iwanto/bus';
import type { FileHash, PublicKey } from '@iwanto/wire';
import { Dealer } from 'zeromq';
import { type Attack, type Outcome, beside, withSlack } from '../attack.js';
import { Peak } from '../peak.js';
import { type Room, mib } from '../room.js';
import { strangerKeys } from '../stranger.js';

const LINES = 16;
const ASK_EVERY_MS = 100;
const FRAMES = 2_000;
/** All lines together hold 128 MiB of unread data; the rest is what the runtime keeps. */
const GROWTH_MIB_MAX = 250;
const UNREAD_QUESTIONS = 400;
const LISTED_FILES = 600;
const RESETS = 12;
const RESET_AFTER_MS = 250;
const ANNOUNCED_BYTES = 270_000;

export function strangersLine(
  room: Room,
  port: number,
  key: PublicKey,
  from = '127.0.0.1',
): Dealer {
  const dealer = room.with(
    new Dealer({
      ...curveClient(strangerKeys().curve, key),
      linger: 0,
      sendHighWaterMark: 100_000,
    }),
  );
  dealer.connect(`tcp://${from}:0;127.0.0.1:${port}`);
  return dealer;
}

/** The download during the attack, and how much memory the owner's services take. */
export async function measured(room: Room, begin: () => Promise<unknown>): Promise<Outcome> {
  const pids = [await room.pidOf('indexer'), await room.pidOf('transfer')];
  const peak = new Peak(pids);
  const { text, wrong } = await beside(room, withSlack, begin);
  const grown = peak.end();
  const after = [await room.pidOf('indexer'), await room.pidOf('transfer')];
  return {
    text: `${text}, ${grown.toFixed(0)} MiB more at the most`,
    wrong: [
      ...wrong,
      ...(grown > GROWTH_MIB_MAX ? [`more than ${GROWTH_MIB_MAX} MiB`] : []),
      ...(String(after) === String(pids) ? [] : ['a service ended']),
    ],
  };
}

export const slots: Attack = {
  name: 'slots',
  about: `${LINES} lines ask without end for a hash that nobody has`,
  cases: [39, 45, 107],
  wantedBytes: mib(64),
  run: async (room) => {
    const { transferPort: port, serverKey: key } = await room.leaderDoor();
    return measured(room, async () => {
      for (let at = 0; at < LINES; at += 1) {
        const { curve, peer } = strangerKeys();
        const nothing = () => undefined;
        const line = room.with(
          connectPieces({
            ...{ address: '127.0.0.1', port, serverKey: key, keys: curve, self: peer },
            ...{ onAnswer: nothing, onLost: nothing },
          }),
        );
        const root = 'ef'.repeat(32) as FileHash;
        const timer = setInterval(() => {
          line.request({ ask: 'manifest', requestId: 1, root, first: 0, count: 1 });
        }, ASK_EVERY_MS);
        room.with({ close: () => clearInterval(timer) });
      }
    });
  },
};

export const frames: Attack = {
  name: 'frames',
  about: `one message of ${FRAMES} frames of a megabyte, to the indexer and to transfer`,
  cases: [27, 37, 105],
  wantedBytes: mib(64),
  run: async (room) => {
    const { port, transferPort, serverKey: key } = await room.leaderDoor();
    return measured(room, async () => {
      const frame = Buffer.alloc(1_000_000);
      for (const to of [port, transferPort]) {
        const line = strangersLine(room, to, key);
        void line.send(Array<Buffer>(FRAMES).fill(frame)).catch(() => undefined);
      }
    });
  },
};

export const unread: Attack = {
  name: 'unread',
  about: `${LINES} lines ask ${UNREAD_QUESTIONS} questions each with large answers, and read none`,
  cases: [28, 106, 175],
  wantedBytes: mib(64),
  run: async (room) => {
    mkdirSync(join(room.shared, 'many'));
    for (let at = 0; at < LISTED_FILES; at += 1)
      writeFileSync(join(room.shared, 'many', `${'n'.repeat(200)} ${at}`), '');
    const { port, serverKey: key } = await room.leaderDoor();
    const question = pack({ path: 'shared/many', after: '' });
    return measured(room, async () => {
      for (let at = 0; at < LINES; at += 1) {
        const line = strangersLine(room, port, key);
        void (async () => {
          for (let id = 0; id < UNREAD_QUESTIONS; id += 1)
            await line.send([String(id), 'list', question]);
        })().catch(() => undefined);
      }
    });
  },
};

/** Forwards bytes, and resets all its connections on request. */
class Breaker {
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async to(port: number): Promise<Breaker> {
    const server = createServer();
    const breaker = new Breaker(server);
    server.on('connection', (near) => {
      const far = connect({ port, host: '127.0.0.1' });
      for (const one of [near, far]) {
        breaker.#sockets.add(one);
        one.on('error', () => undefined);
        one.on('close', () => breaker.#sockets.delete(one));
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return breaker;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.reset();
    this.server.close();
  }
}

export const resets: Attack = {
  name: 'resets',
  about: 'large announcements on four lines, which are reset while they are read, again and again',
  cases: [104],
  wantedBytes: mib(64),
  run: async (room) => {
    const { port, serverKey: key } = await room.leaderDoor();
    const breaker = room.with(await Breaker.to(port));
    const body = pack({ announcement: Buffer.alloc(ANNOUNCED_BYTES) });
    return measured(room, async () => {
      for (let round = 0; round < RESETS; round += 1) {
        const lines = Array.from({ length: 4 }, () => strangersLine(room, breaker.port, key));
        for (const line of lines) {
          void (async () => {
            for (let id = 0; id < 100; id += 1) await line.send([String(id), 'announce', body]);
          })().catch(() => undefined);
        }
        await new Promise((later) => setTimeout(later, RESET_AFTER_MS));
        breaker.reset();
        for (const line of lines) line.close();
      }
    });
  },
};
