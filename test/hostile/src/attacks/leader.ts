/** Attacks of somebody who leads: it hides, it answers with another content, it names holders at a third host. */
import { randomBytes } from 'node:crypto';
import { type Server, createServer } from 'node:net';
import { Failure, type FileHash, type Holder, type PeerId, type PublicKey } from '@iwanto/wire';
import type { Attack, Outcome } from '../attack.js';
import { withSlack } from '../attack.js';
import { FOREIGN_SENTENCE, lead } from '../lying-leader.js';
import { type Room, WANTED, type Wanted, mib } from '../room.js';

const SHOWN_CHARACTERS = 8;
const HOLDERS = 256;
const THIRD_HOST = '127.0.66.6';
const THIRD_PORTS = 64;
const DIALLED_MAX = 4;

/** What was shown before the attack, and how long a download of it takes. */
async function before(room: Room): Promise<{ shown: Wanted; alone: number }> {
  const shown = await room.find();
  await room.fetch(shown.hash);
  return { shown, alone: await room.fetch(shown.hash) };
}

export const leader: Attack = {
  name: 'leader',
  about:
    'a stranger born in 1970 leads: it hides, refuses with sentences of its own, and answers prefixes with another content',
  cases: [9, 120, 121, 122, 123],
  wantedBytes: mib(64),
  run: async (room) => {
    const { shown, alone } = await before(room);
    const other = randomBytes(32).toString('hex') as FileHash;
    const { seconds } = await lead(room, {
      locate: ({ hash }) => {
        if (hash.length === shown.hash.length) throw new Failure('E_NOT_FOUND', FOREIGN_SENTENCE);
        return { hash: other, kind: 'file', name: WANTED, size: shown.size, holders: [] };
      },
    });
    const whole = await room.fetch(shown.hash);
    const prefix = await room.fetch(shown.hash.slice(0, SHOWN_CHARACTERS));
    const search = await room.asker.run('search', 'report');
    const unknown = await room.asker.run('download', 'cd'.repeat(32), '--wait', '2');
    const printed = [search, unknown].map(({ stdout, stderr }) => stdout + stderr).join('');
    return {
      text: `led after ${seconds.toFixed(1)} s; alone ${alone.toFixed(2)} s, whole hash ${times(whole, alone)}, beginning of it ${times(prefix, alone)}`,
      wrong: [
        ...late({ whole, prefix }, alone),
        ...(printed.includes('curl') ? ['a sentence of the leader was printed'] : []),
      ],
    };
  },
};

const times = (seconds: number, alone: number) =>
  `${seconds.toFixed(2)} s (${(seconds / alone).toFixed(2)} x, at most ${withSlack(alone).toFixed(2)} s)`;

const late = (took: Record<string, number>, alone: number) =>
  Object.entries(took).flatMap(([what, seconds]) =>
    seconds > withSlack(alone) ? [`the download took too long (${what})`] : [],
  );

/** Counts connections to an uninvolved host. */
class ThirdHost {
  connections = 0;

  private constructor(private readonly servers: readonly Server[]) {}

  static async open(): Promise<ThirdHost> {
    const servers = Array.from({ length: THIRD_PORTS }, () => createServer());
    const host = new ThirdHost(servers);
    for (const server of servers) {
      server.on('connection', (socket) => {
        host.connections += 1;
        socket.on('error', () => undefined).destroy();
      });
      await new Promise<void>((listening) => server.listen(0, THIRD_HOST, listening));
    }
    return host;
  }

  get ports(): number[] {
    return this.servers.map((server) => (server.address() as { port: number }).port);
  }

  close(): void {
    for (const server of this.servers) server.close();
  }
}

export const dialled: Attack = {
  name: 'dialled',
  about: `a leader names ${HOLDERS} holders at ${THIRD_PORTS} ports of a third host, members among them`,
  cases: [47, 111],
  wantedBytes: mib(64),
  run: async (room): Promise<Outcome> => {
    const { shown, alone } = await before(room);
    const third = room.with(await ThirdHost.open());
    const members = [room.owner, room.asker].map(async (peer) => (await peer.status()).peer);
    const ids = [...(await Promise.all(members)), ...made(HOLDERS - members.length)];
    const holders = ids.map((peer, at): Holder => {
      const port = third.ports[at % THIRD_PORTS] ?? 1;
      const curveKey = randomBytes(32).toString('hex') as PublicKey;
      return { peer: peer as PeerId, address: THIRD_HOST, port, curveKey };
    });
    await lead(room, {
      locate: () => ({ ...shown, kind: 'file', name: WANTED, holders }),
    });
    const seconds = await room.fetch(shown.hash);
    return {
      text: `alone ${alone.toFixed(2)} s, attacked ${times(seconds, alone)}; ${third.connections} connections to the third host`,
      wrong: [
        ...late({ attacked: seconds }, alone),
        ...(third.connections > DIALLED_MAX ? [`more than ${DIALLED_MAX} connections to it`] : []),
      ],
    };
  },
};

const made = (count: number) =>
  Array.from({ length: count }, () => randomBytes(10).toString('hex'));
