/** Encodes every message of a run as its datagram, which must fit and be read back as the same; and counts bytes. */
import type { Output } from '@iwanto/consensus';
import {
  type DatagramSigner,
  type ElectionMessage,
  type PublicKey,
  SEALED_SECRET_BYTES,
  rowOf,
  sealDatagram,
} from '@iwanto/wire';
import type { Host, Timeless } from './host.js';
import type { Witness, World } from './world.js';

const SIGNER: DatagramSigner = {
  signKey: '5a'.repeat(32) as PublicKey,
  sign: () => new Uint8Array(64),
};

/** IPv4 and UDP headers. */
const HEADERS_BYTES = 28;

/** The datagram of a message, or a sentence if it has none. */
export function datagramOf(message: ElectionMessage): Uint8Array | string {
  const sealed =
    message.type === 'welcome'
      ? { ...message, secret: new Uint8Array(SEALED_SECRET_BYTES) }
      : message;
  return sealDatagram(sealed, SIGNER);
}

export class Datagrams implements Witness {
  readonly sentBytes: number[];
  readonly receivedBytes: number[];
  readonly #sizes = new WeakMap<ElectionMessage, number>();

  constructor(private readonly world: World) {
    this.sentBytes = world.hosts.map(() => 0);
    this.receivedBytes = world.hosts.map(() => 0);
  }

  before(host: Host, input: Timeless): void {
    if (input.type === 'received')
      this.receivedBytes[host.index]! += this.#sizeOf(input.message) + HEADERS_BYTES;
  }

  after(host: Host, _: Timeless, outputs: readonly Output[]): void {
    for (const output of outputs)
      if ('message' in output)
        this.sentBytes[host.index]! += this.#sizeOf(output.message) + HEADERS_BYTES;
  }

  #sizeOf(message: ElectionMessage): number {
    const known = this.#sizes.get(message);
    if (known !== undefined) return known;
    const bytes = datagramOf(message);
    if (typeof bytes === 'string') {
      this.world.fail(bytes);
      return 0;
    }
    const most = rowOf(message).answerBytesMax ?? Infinity;
    if (bytes.length > most)
      this.world.fail(`I7: a ${message.type} of ${bytes.length} bytes is larger than its question`);
    this.#sizes.set(message, bytes.length);
    return bytes.length;
  }
}
