/** Answers and asks for checkups: how two hosts see each other, for the doctor. */
import type { KnownPeer, NetworkView, dialPort } from '@iwanto/bus';
import { type CheckupAnswer, type PeerId, setRecent, sharesPrefix } from '@iwanto/wire';

/** A peer that asks again within this time gets the earlier result, in ms: nobody can make this host dial in a loop. */
const AGAIN_AFTER_MS = 2_000;
/** Peers whose last dialling is remembered; beyond that the oldest is forgotten. */
const REMEMBERED_MAX = 256;

type Dialled = Pick<CheckupAnswer, 'indexerPort' | 'transferPort'>;
const UNTRIED: Dialled = { indexerPort: 'untried', transferPort: 'untried' };

export interface CheckupOptions {
  readonly version: string;
  readonly dial: typeof dialPort;
  readonly nowMs: () => number;
  readonly wallClockMs: () => number;
  /** What the election of this host sees. */
  readonly network: () => Promise<NetworkView>;
  readonly known: (peer: PeerId) => KnownPeer | undefined;
}

interface Remembered {
  readonly atMs: number;
  readonly dialled: Promise<Dialled>;
}

export class CheckupDesk {
  readonly #remembered = new Map<PeerId, Remembered>();

  constructor(private readonly options: CheckupOptions) {}

  /** How this host sees `peer`. It is dialled only at the address and ports that the election knows it by. */
  async answer(peer: PeerId, filling: CheckupAnswer['filling']): Promise<CheckupAnswer> {
    const { version, wallClockMs, known, network } = this.options;
    const from = known(peer);
    const [dialled, { addresses, heard }] = await Promise.all([this.#dialled(from), network()]);
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
      filling,
    };
  }

  #dialled(from: KnownPeer | undefined): Promise<Dialled> {
    if (!from) return Promise.resolve(UNTRIED);
    const nowMs = this.options.nowMs();
    const before = this.#remembered.get(from.peer);
    if (before && nowMs - before.atMs < AGAIN_AFTER_MS) return before.dialled;
    const dialled = this.#dialBoth(from);
    setRecent(this.#remembered, [from.peer, { atMs: nowMs, dialled }], REMEMBERED_MAX);
    return dialled;
  }

  async #dialBoth({ address, indexerPort, transferPort }: KnownPeer): Promise<Dialled> {
    const [indexer, transfer] = await Promise.all([
      this.options.dial(address, indexerPort),
      this.options.dial(address, transferPort),
    ]);
    return { indexerPort: indexer, transferPort: transfer };
  }
}
