/** A connection at the gate of a ROUTER. */
import type { Socket } from 'node:net';
import type { PublicKey } from '@iwanto/wire';
import { type Standing, standingOf } from './door-list.js';
import type { Guest } from './places.js';
import type { Relay } from './relay.js';

/** A connection from its first moment: a line once ZeroMQ has it, and somebody's once its key is proved. */
export class Connection implements Guest {
  readonly address: string;
  relay: Relay | undefined;
  key: PublicKey | undefined;

  constructor(readonly outer: Socket) {
    this.address = outer.remoteAddress ?? '';
  }

  standing(): Standing {
    return standingOf(this.key);
  }

  leave(): void {
    if (this.relay) this.relay.leave();
    else this.outer.destroy();
  }
}

export interface Line extends Connection {
  relay: Relay;
}

export const isLine = (connection: Connection | undefined): connection is Line =>
  connection?.relay !== undefined;
