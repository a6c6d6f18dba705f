/** Answers and asks for checkups: how two hosts see each other, for the doctor. */
import type { Bus, KnownPeer, dialPort } from '@iwanto/bus';
import {
  type CheckupAnswer,
  type CheckupQuestion,
  type PeerId,
  setRecent,
  sharesPrefix,
} from '@iwanto/wire';
import { ownDataPort } from './own-data-port.js';

/** A peer that asks again within this time gets the earlier result, in ms: nobody can make this host dial in a loop. */
const AGAIN_AFTER_MS = 2_000;
/** Peers whose last dialling is remembered; beyond that the oldest is forgotten. */
const REMEMBERED_MAX = 256;

type Dialled = Pick<CheckupAnswer, 'indexerPort' | 'transferPort' | 'dataPort'>;
const UNTRIED: Dialled = { indexerPort: 'untried', transferPort: 'untried' };

export interface CheckupOptions {
  readonly version: string;
  readonly dial: typeof dialPort;
  readonly nowMs: () => number;
  readonly wallClockMs: () => number;
  /** The other services of this host: what the election sees, and where pieces are sent from. */
  readonly bus: Pick<Bus, 'call'>;
  readonly known: (peer: PeerId) => KnownPeer | undefined;
}

interface Remembered {
  readonly atMs: number;
  readonly dialled: Promise<Dialled>;
}

export class CheckupDesk {
  readonly #remembered = new Map<PeerId, Remembered>();

  constructor(private readonly options: CheckupOptions) {}

  /** How this host sees the asker. It is dialled only at the address that the election knows it by. */
  async answer({ peer, dataPort, filling }: CheckupQuestion): Promise<CheckupAnswer> {
    const { version, wallClockMs, known, bus } = this.options;
    const from = known(peer);
    const [dialled, { addresses, heard }, ownPort] = await Promise.all([
      this.#dialled(from, dataPort),
      bus.call('network.get', {}),
      ownDataPort(bus),
    ]);
    const of = heard.find((one) => one.peer === peer);
    const link = addresses.find(
      ({ address, prefixBits }) => from && sharesPrefix(address, from.address, prefixBits),
    );
    return {
      version,
      wallClockMs: wallClockMs(),
      multicastMsAgo: of?.multicastMsAgo ?? null,
      unicastMsAgo: of?.unicastMsAgo ?? null,
      link: link ? { address: link.address, prefixBits: link.prefixBits } : null,
      ...dialled,
      ownDataPort: ownPort,
      filling,
    };
  }

  #dialled(from: KnownPeer | undefined, dataPort: number | undefined): Promise<Dialled> {
    if (!from) return Promise.resolve(UNTRIED);
    const nowMs = this.options.nowMs();
    const before = this.#remembered.get(from.peer);
    if (before && nowMs - before.atMs < AGAIN_AFTER_MS) return before.dialled;
    const dialled = this.#dialAll(from, dataPort);
    setRecent(this.#remembered, [from.peer, { atMs: nowMs, dialled }], REMEMBERED_MAX);
    return dialled;
  }

  async #dialAll(
    { address, indexerPort, transferPort }: KnownPeer,
    dataPort: number | undefined,
  ): Promise<Dialled> {
    const { dial } = this.options;
    const [indexer, transfer, data] = await Promise.all([
      dial(address, indexerPort),
      dial(address, transferPort),
      dataPort === undefined ? undefined : dial(address, dataPort),
    ]);
    return { indexerPort: indexer, transferPort: transfer, dataPort: data };
  }
}
