/**
 * What the log of the election says beside the changes of phase: who comes and goes, and at debug each datagram.
 * Bounded, whatever arrives: a limited number of lines of each kind per second, and the next line says how many
 * were left out.
 */
import type { KnownPeerView } from '@iwanto/consensus';
import type { Address, ElectionMessage } from '@iwanto/wire';
import type { DropReason } from './counts.js';

/** Datagrams logged per second, received and sent together. */
const DATAGRAM_LINES_PER_SECOND = 100;
/** More changes at a time become one line. */
const CHANGES_MAX = 8;
const SECOND_MS = 1_000;

/** Where the lines go. */
export interface StoryLog {
  readonly isDebug: () => boolean;
  readonly debug: (line: string) => void;
  readonly info: (line: string) => void;
}

/** What a line about a peer needs. */
type ShownPeer = Pick<KnownPeerView, 'name' | 'address' | 'member' | 'seen'> & {
  readonly peer: string;
};

interface Kind {
  sinceMs: number;
  written: number;
  leftOut: number;
}

/** Writes the story of one election service. */
export class Story {
  readonly #kinds = new Map<string, Kind>();
  #members = new Map<string, string>();

  constructor(
    private readonly log: StoryLog,
    private readonly nowMs: () => number,
  ) {}

  heard(message: ElectionMessage, from: Address, multicast: boolean): void {
    if (!this.log.isDebug()) return;
    const how = multicast ? 'by multicast' : 'by unicast';
    this.#datagram(`Heard ${nameOf(message)} from ${message.sender} at ${placeOf(from)} ${how}.`);
  }

  /** `to` is null for multicast. */
  sent(message: ElectionMessage, to: Address | null): void {
    if (!this.log.isDebug()) return;
    this.#datagram(`Sent ${nameOf(message)} to ${to === null ? 'all' : placeOf(to)}.`);
  }

  /** A datagram was dropped unread: one line per second for each reason. */
  dropped(reason: DropReason, from: Address): void {
    if (!this.log.isDebug() || reason === 'own') return;
    this.#write(`drop ${reason}`, 1, `Dropped a datagram from ${placeOf(from)}: ${reason}.`);
  }

  /** The peers as they are now: a line for each that became a member, or is no longer one. */
  peers(peers: readonly ShownPeer[]): void {
    const members = new Map<string, string>();
    for (const { peer, name, address, member, seen } of peers)
      if (member && seen !== 'self')
        members.set(peer, `${JSON.stringify(name)} (${peer}) at ${address ?? 'no address'}`);
    const came = [...members].filter(([peer]) => !this.#members.has(peer));
    const went = [...this.#members].filter(([peer]) => !members.has(peer));
    this.#members = members;
    if (came.length + went.length > CHANGES_MAX) {
      this.log.info(`${came.length} peers joined and ${went.length} left: ${members.size} now.`);
      return;
    }
    for (const [, who] of came) this.log.info(`Peer ${who} joined the cluster.`);
    for (const [, who] of went) this.log.info(`Peer ${who} is no longer in the cluster.`);
  }

  #datagram(line: string): void {
    this.#write('datagram', DATAGRAM_LINES_PER_SECOND, line);
  }

  #write(kind: string, perSecond: number, line: string): void {
    const nowMs = this.nowMs();
    const known = this.#kinds.get(kind) ?? { sinceMs: nowMs, written: 0, leftOut: 0 };
    this.#kinds.set(kind, known);
    if (nowMs - known.sinceMs >= SECOND_MS) {
      if (known.leftOut > 0) line += ` ${known.leftOut} more of this kind were left out before.`;
      Object.assign(known, { sinceMs: nowMs, written: 0, leftOut: 0 });
    }
    if (known.written >= perSecond) {
      known.leftOut += 1;
      return;
    }
    known.written += 1;
    this.log.debug(line);
  }
}

const nameOf = ({ type, epoch, seq }: ElectionMessage) =>
  `${type.toUpperCase()} ${seq} of epoch ${epoch}`;

const placeOf = ({ address, port }: Address) => `${address} port ${port}`;
