/** Lines that ask for pieces and read nothing: what transfer holds for them is bounded, and comes back. */
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { helloOf } from '@iwanto/bus';
import {
  type FileHash,
  type PieceRequest,
  type PublicKey,
  decodeDataGrant,
  encodePieceRequest,
} from '@iwanto/wire';
import { type Attack, beside, withSlack } from '../attack.js';
import { Peak } from '../peak.js';
import { type Room, mib } from '../room.js';
import { strangersLine } from './lines.js';

const LINES = 16;
const ROUNDS = 4;
const ROUND_MS = 3_500;
const PIECES = 64;
/** What may be read, sealed and sent at the same time for all askers, and what the runtime keeps beside it. */
const GROWTH_MIB_MAX = 200;
/** Half a minute after they left, of what it was before. */
const KEPT_MIB_MAX = 64;
const AFTER_MS = 30_000;

interface Door {
  readonly transferPort: number;
  readonly serverKey: PublicKey;
}

/** Asks for a data line, opens it, asks for every piece, and takes not a byte. */
async function askAndReadNothing(room: Room, door: Door, root: FileHash): Promise<() => void> {
  const line = strangersLine(room, door.transferPort, door.serverKey);
  const ask = (request: Pick<PieceRequest, 'ask' | 'root' | 'first'>, requestId: number) =>
    line.send([encodePieceRequest({ ...request, requestId, count: 1 })]);
  await ask({ ask: 'line', root: 'ab'.repeat(32) as FileHash, first: 0 }, 1);
  const [, body] = await line.receive();
  const grant = body && decodeDataGrant(body);
  if (!grant) return () => line.close();
  const socket: Socket = connect({ host: '127.0.0.1', port: grant.port });
  socket.on('error', () => undefined).pause();
  socket.write(helloOf(grant));
  for (let first = 0; first < PIECES; first += 1)
    await ask({ ask: 'piece', root, first }, first + 2);
  return () => {
    socket.destroy();
    line.close();
  };
}

async function rounds(room: Room, door: Door, root: FileHash): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const lines = Array.from({ length: LINES }, () => askAndReadNothing(room, door, root));
    await delay(ROUND_MS);
    for (const leave of await Promise.allSettled(lines)) {
      if (leave.status === 'fulfilled') leave.value();
    }
  }
}

export const pieces: Attack = {
  name: 'pieces',
  about: `${LINES} lines ask for ${PIECES} pieces each and read none, ${ROUNDS} times`,
  cases: [45, 106, 177],
  wantedBytes: mib(PIECES),
  run: async (room) => {
    const { hash } = await room.find();
    const door = await room.leaderDoor();
    const pid = await room.pidOf('transfer');
    const before = await room.residentMiB('transfer');
    const peak = new Peak([pid]);
    let attack: Promise<void> = Promise.resolve();
    const { text, wrong } = await beside(room, withSlack, async () => {
      attack = rounds(room, door, hash);
      await delay(ROUND_MS / 2);
    });
    await attack;
    const grown = peak.end();
    await delay(AFTER_MS);
    const kept = (await room.residentMiB('transfer')) - before;
    const isSame = (await room.pidOf('transfer')) === pid;
    return {
      text: `${text}; ${grown.toFixed(0)} MiB more at the most, ${kept.toFixed(0)} MiB half a minute after`,
      wrong: [
        ...wrong,
        ...(isSame ? [] : ['transfer ended']),
        ...(grown > GROWTH_MIB_MAX ? [`more than ${GROWTH_MIB_MAX} MiB`] : []),
        ...(kept > KEPT_MIB_MAX ? [`more than ${KEPT_MIB_MAX} MiB did not come back`] : []),
      ],
    };
  },
};
