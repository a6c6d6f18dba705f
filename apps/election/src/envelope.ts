/**
 * The one door between datagrams on the network and those of the election. On an open LAN they cross as they are. In a
 * group each is sealed under the group's key: without the key nobody can read them, or get any accepted.
 */
import type { NetworkView } from '@iwanto/bus';
import { GROUP_TAG_BYTES, type Group, type GroupSeal, groupSeal, keysOf } from '@iwanto/service';
import { type Address, ELECTION_DATAGRAM_BYTES_MAX, Recent } from '@iwanto/wire';
import { Gate } from './gate.js';

/** What a sealed datagram begins with: "iG", version 1, zero. */
const HEAD = Buffer.from([0x69, 0x47, 1, 0]);
export const SEAL_BYTES = HEAD.length + GROUP_TAG_BYTES;
const SEALED_BYTES_MAX = ELECTION_DATAGRAM_BYTES_MAX + SEAL_BYTES;
/** Part of the protocol. */
const CONTEXT = 'iwanto group datagrams 1';

/** Whose datagrams cannot be meant for this host: those that are not sealed, or sealed under another key. */
export type StrangerKind = NetworkView['strangers'][number]['kind'];

/** Addresses remembered that sent what is not for this host. */
const STRANGERS_MAX = 64;

export interface Envelope {
  /** What to send for one datagram: one copy for each key that is accepted. */
  seal(bytes: Uint8Array): readonly Uint8Array[];
  /** The datagram inside; undefined for one from a stranger, which is dropped without an answer. */
  open(bytes: Uint8Array, from: Address): Uint8Array | undefined;
  /** Who sent such datagrams: what the doctor needs to know why a host is not seen. */
  strangers(): NetworkView['strangers'];
}

export interface EnvelopeOptions {
  /** Undefined for an open LAN. */
  readonly group: Group | undefined;
  readonly nowMs: () => number;
  /** A datagram of a stranger was dropped. */
  readonly dropped: (from: Address) => void;
  /** The first of a host that this one cannot see: the log says why it is not seen. */
  readonly met?: (sentence: string) => void;
}

export function envelopeOf({ group, ...options }: EnvelopeOptions): Envelope {
  return group ? new SealedEnvelope(group, options) : new OpenEnvelope(options);
}

type Dropping = Omit<EnvelopeOptions, 'group'>;

/** Why this host and another do not see each other. */
function strangerText(address: string, kind: StrangerKind, isInGroup: boolean): string {
  const who = kind === 'open' ? 'is in no group' : 'is in a group that this host has not joined';
  const other = kind === 'group' && isInGroup ? 'has another group key' : who;
  return `The host ${address} ${other}: neither of the two sees the other.`;
}

class Strangers {
  readonly #seen = new Recent<string, { kind: StrangerKind; atMs: number }>(STRANGERS_MAX);

  constructor(
    private readonly options: Dropping,
    private readonly isInGroup: boolean,
  ) {}

  drop(kind: StrangerKind | undefined, { address, port }: Address): undefined {
    if (kind) {
      if (this.#seen.get(address)?.kind !== kind) {
        this.options.met?.(strangerText(address, kind, this.isInGroup));
      }
      this.#seen.set(address, { kind, atMs: this.options.nowMs() });
    }
    this.options.dropped({ address, port });
  }

  view(): NetworkView['strangers'] {
    const nowMs = this.options.nowMs();
    return [...this.#seen.entries()].map(([address, { kind, atMs }]) => ({
      ...{ address, kind },
      msAgo: Math.max(0, nowMs - atMs),
    }));
  }
}

class OpenEnvelope implements Envelope {
  readonly #strangers: Strangers;

  constructor(options: Dropping) {
    this.#strangers = new Strangers(options, false);
  }

  seal(bytes: Uint8Array): readonly Uint8Array[] {
    return [bytes];
  }

  open(bytes: Uint8Array, from: Address): Uint8Array | undefined {
    return isSealed(bytes) ? this.#strangers.drop('group', from) : bytes;
  }

  strangers(): NetworkView['strangers'] {
    return this.#strangers.view();
  }
}

/** True for what begins like a sealed datagram of any group, and has a size that one can have. */
const isSealed = (bytes: Uint8Array): boolean =>
  bytes.length > SEAL_BYTES &&
  bytes.length <= SEALED_BYTES_MAX &&
  HEAD.equals(bytes.subarray(0, HEAD.length));

/** True for what begins like a datagram of an open LAN, and of the election once it is opened. */
export const isOpen = (bytes: Uint8Array): boolean => bytes[0] === 0x69 && bytes[1] === 0x57;

class SealedEnvelope implements Envelope {
  readonly #seals: readonly GroupSeal[];
  readonly #strangers: Strangers;
  /** Trying a key costs as much as checking a signature: a flood that fails is ignored like one of bad signatures. */
  readonly #gate: Gate;

  constructor(
    group: Group,
    private readonly options: Dropping,
  ) {
    // While the passphrase changes, members that have only one of the two keys can send and receive.
    this.#seals = keysOf(group).map((key) => groupSeal(key, CONTEXT));
    this.#strangers = new Strangers(options, true);
    this.#gate = new Gate(options.nowMs());
  }

  seal(bytes: Uint8Array): readonly Uint8Array[] {
    return this.#seals.map((one) => Buffer.concat([HEAD, one.seal(bytes)]));
  }

  open(bytes: Uint8Array, from: Address): Uint8Array | undefined {
    if (!isSealed(bytes)) return this.#strangers.drop(isOpen(bytes) ? 'open' : undefined, from);
    const nowMs = this.options.nowMs();
    if (!this.#gate.admits(from, nowMs)) return this.#strangers.drop(undefined, from);
    for (const one of this.#seals) {
      const opened = one.open(bytes.subarray(HEAD.length));
      if (opened) {
        this.#gate.passed(from, nowMs);
        return opened;
      }
    }
    this.#gate.failed(from, nowMs);
    return this.#strangers.drop('group', from);
  }

  strangers(): NetworkView['strangers'] {
    return this.#strangers.view();
  }
}
