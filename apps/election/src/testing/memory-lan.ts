/** A LAN in memory for tests: every peer on one host, nothing lost, each datagram delivered in a later turn. */
import type { UdpNetworkOptions } from '../multicast.js';
import type { Incoming, Network } from '../network.js';

export interface Lan {
  join(
    heard: (incoming: Incoming) => void,
    options?: Partial<UdpNetworkOptions>,
  ): Promise<Network & { relist(): Promise<void> }>;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';

export class MemoryLan implements Lan {
  readonly #hearers = new Map<number, (incoming: Incoming) => void>();
  #port = 1_000;

  async join(heard: (incoming: Incoming) => void) {
    const port = (this.#port += 1);
    this.#hearers.set(port, heard);
    const from = { address: ADDRESS, port };
    const deliver = (to: number, bytes: Uint8Array, multicast: boolean) => {
      if (!this.#hearers.has(port)) return;
      setImmediate(() => this.#hearers.get(to)?.({ bytes, from, multicast, zone: '' }));
    };
    return {
      port,
      send: (bytes: Uint8Array, to: { address: string; port: number }) => {
        if (to.address === ADDRESS) deliver(to.port, bytes, false);
      },
      multicast: (bytesFor: (reach: 'host') => Uint8Array | undefined) => {
        const bytes = bytesFor('host');
        if (bytes) for (const to of this.#hearers.keys()) deliver(to, bytes, true);
      },
      acquaint: () => undefined,
      opened: () => undefined,
      ownAddress: () => ADDRESS,
      added: () => undefined,
      isNear: () => true,
      view: () => ({ addresses: [], outside: [], strangers: [], troubles: [] }),
      relist: async () => undefined,
      close: async () => void this.#hearers.delete(port),
    };
  }

  async close() {
    this.#hearers.clear();
  }
}
