/** The sockets that hear the group: as many as the interfaces need, since Linux lets one socket join on only 20 of them. */
import type { RemoteInfo, Socket } from 'node:dgram';
import { reasonOf } from '@iwanto/wire';
import type { Place } from './places.js';
import { joinGroup, openGroupSocket } from './sockets.js';
import type { TroubleTeller } from './trouble.js';

type Family = 4 | 6;

/** Enough for 160 interfaces; on those beyond, multicast is not heard, and the log says so. */
const SOCKETS_PER_FAMILY_MAX = 8;

export interface GroupSocketsOptions {
  readonly port: number;
  readonly heard: (bytes: Uint8Array, from: RemoteInfo) => void;
  readonly trouble: TroubleTeller;
}

export class GroupSockets {
  #sockets: { readonly family: Family; readonly socket: Socket }[] = [];
  /** Where each address was joined. */
  readonly #joined = new Map<string, Socket>();

  constructor(private readonly options: GroupSocketsOptions) {}

  /** Joins on every place that has multicast, in the given order; places that are joined already stay so. */
  async join(places: readonly Place[]): Promise<void> {
    for (const place of places) if (place.multicast) await this.#joinOn(place);
  }

  close(): void {
    for (const { socket } of this.#sockets) socket.close();
    this.#sockets = [];
    this.#joined.clear();
  }

  async #joinOn(place: Place): Promise<void> {
    const { trouble } = this.options;
    const tried = new Set<Socket>();
    for (;;) {
      const socket = this.#candidate(place, tried) ?? (await this.#open(place.family));
      if (socket === undefined) return;
      tried.add(socket);
      const result = joinGroup(socket, place);
      if (result === 'full' && tried.size < SOCKETS_PER_FAMILY_MAX) continue;
      if (result === 'joined') {
        this.#joined.set(place.address, socket);
        trouble.over(`join ${place.name}`);
      } else {
        const why = result === 'full' ? 'there are too many interfaces' : result.failed;
        trouble.tell(`join ${place.name}`, `no multicast on ${place.name}: ${why}`, true);
      }
      return;
    }
  }

  /** The socket that joined there before, else one that may have room. */
  #candidate({ family, address }: Place, tried: ReadonlySet<Socket>): Socket | undefined {
    const before = this.#joined.get(address);
    if (before !== undefined && !tried.has(before)) return before;
    return this.#sockets.find((each) => each.family === family && !tried.has(each.socket))?.socket;
  }

  async #open(family: Family): Promise<Socket | undefined> {
    const { port, heard, trouble } = this.options;
    try {
      const socket = await openGroupSocket(family, port);
      socket.on('message', heard);
      socket.on('error', (cause) => {
        this.#forget(socket);
        trouble.tell(`group ${family}`, `multicast over IPv${family} fails: ${reasonOf(cause)}`);
      });
      this.#sockets.push({ family, socket });
      trouble.over(`group ${family}`);
      return socket;
    } catch (cause) {
      const words = `multicast over IPv${family} cannot be heard: ${reasonOf(cause)}; add peers by address`;
      trouble.tell(`group ${family}`, words, true);
      return undefined;
    }
  }

  #forget(lost: Socket): void {
    this.#sockets = this.#sockets.filter(({ socket }) => socket !== lost);
    for (const [address, socket] of this.#joined) if (socket === lost) this.#joined.delete(address);
    lost.close();
  }
}
