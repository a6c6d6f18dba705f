/** The lines to the leader and to its first standby: every question to a tracker goes through here. */
import {
  type CurveKeys,
  type Detours,
  type Leadership,
  type PeerLine,
  Wakers,
  connectPeer,
} from '@iwanto/bus';
import {
  type AnswerOf,
  Failure,
  type Peer,
  type PeerId,
  type PeerVerbs,
  type QuestionOf,
  type Way,
  codeOf,
  reasonOf,
} from '@iwanto/wire';
import type { Dialled } from '@iwanto/service';
import { type BookVerb, answerOf, inOwnWords } from './own-words.js';
import { hedge, patiently } from './tracker-hedge.js';

/** Without an answer from the leader for this long, the standby is asked as well, in ms: several round trips on a busy LAN. */
export const HEDGE_AFTER_MS = 150;
/** How long a question waits for a leader to be known, in ms: an election takes half of it. */
export const LEADER_WAIT_MS = 1_000;

export interface LeaderLineOptions {
  readonly peer: PeerId;
  readonly keys: CurveKeys;
  /** Peers that are never asked, whatever their role. */
  readonly isBlocked?: (peer: PeerId) => boolean;
  /** Peers that are asked first as the standby of a leader that is not one of them. */
  readonly isTrusted?: (peer: PeerId) => boolean;
  /** Answers from this host's own tracker. */
  readonly ownAnswer: <V extends BookVerb>(
    verb: V,
    question: QuestionOf<PeerVerbs, V>,
  ) => Promise<AnswerOf<PeerVerbs, V>>;
  /** What helps to reach a tracker that cannot be dialled. */
  readonly detoursTo?: (tracker: PeerId) => Detours;
  /** Called with the way that led to a tracker, or with none. */
  readonly onWay?: (tracker: Dialled, way: Way | undefined) => void;
  /** The TCP line to the leader broke. */
  readonly onLeaderLost: (leader: Peer) => void;
  /** A tracker gave an invalid answer; the other is asked. */
  readonly onBadAnswer?: (tracker: PeerId, reason: string) => void;
  /** A line to a tracker is new or came back: the tracker has to be asked again what it holds. */
  readonly onLost: (tracker: PeerId) => void;
}

interface Line {
  readonly to: Peer;
  readonly line: PeerLine;
}

const sameEnd = (a: Peer, b: Peer) =>
  a.peer === b.peer &&
  a.address === b.address &&
  a.indexerPort === b.indexerPort &&
  a.curveKey === b.curveKey;

/** Follows the election; asks the leader, and the first standby when the leader is slow or gone. */
export class LeaderLine {
  readonly #lines = new Map<PeerId, Line>();
  readonly #leaders = new Wakers();
  #leader: Peer | undefined;
  #standby: Peer | undefined;
  /** Set for a leader that hides what it should find: the standby is asked first. */
  #mistrusted: PeerId | undefined;

  constructor(private readonly options: LeaderLineOptions) {}

  /** Keeps lines to the present leader and first standby, and closes all others. */
  follow({ leader, standbys }: Leadership): void {
    this.#leader = leader ?? undefined;
    if (this.#leader?.peer !== this.#mistrusted) this.#mistrusted = undefined;
    this.#standby = standbys.find(({ peer }) => peer !== leader?.peer);
    const wanted = this.trackers().filter(({ peer }) => peer !== this.options.peer);
    for (const [peer, { to, line }] of this.#lines) {
      if (wanted.some((end) => sameEnd(end, to))) continue;
      line.close();
      this.#lines.delete(peer);
    }
    for (const end of wanted) if (!this.#lines.has(end.peer)) this.#connect(end);
    if (this.#leader) this.#leaders.wake();
  }

  /** Leader and first standby as far as their indexers can be reached; this host may be one of them. */
  trackers(): Peer[] {
    const both = [this.#leader, this.#standby].filter((end) => end !== undefined);
    return both.filter(({ peer, indexerPort }) => {
      if (peer === this.options.peer) return true;
      return indexerPort !== 0 && !this.options.isBlocked?.(peer);
    });
  }

  get leader(): PeerId | undefined {
    return this.#leader?.peer;
  }

  get standby(): PeerId | undefined {
    return this.trackers().find(({ peer }) => peer !== this.leader)?.peer;
  }

  /** From now on the standby is asked before this leader, until another one leads. */
  mistrust(leader: PeerId | undefined): void {
    this.#mistrusted = leader;
  }

  /** The answer of this tracker alone; throws E_NO_LEADER if it is no longer one. */
  async askAlone<V extends BookVerb>(
    tracker: PeerId,
    verb: V,
    question: QuestionOf<PeerVerbs, V>,
    limitMs?: number,
  ): Promise<AnswerOf<PeerVerbs, V>> {
    const end = this.trackers().find(({ peer }) => peer === tracker);
    if (!end) throw noLeader(this.#leader);
    return this.#askOne(end, verb, question, limitMs);
  }

  /** The line to one of the trackers; throws E_NO_LEADER when it is no longer one. */
  mustLineTo(peer: PeerId): PeerLine {
    const line = this.#lines.get(peer)?.line;
    if (!line) throw noLeader(this.#leader);
    return line;
  }

  /**
   * The answer of the leader's book, or of the first standby's when the leader is slow or gone.
   * Rejects with E_NO_LEADER when nobody leads, else with the failure of the last one asked.
   */
  async ask<V extends BookVerb>(
    verb: V,
    question: QuestionOf<PeerVerbs, V>,
  ): Promise<AnswerOf<PeerVerbs, V>> {
    if (!this.#leader) await this.#leaders.next({ limitMs: LEADER_WAIT_MS });
    const [first, second] = this.#inOrder();
    if (!first) throw noLeader(this.#leader);
    const way = (end: Peer) => () => this.#askOne(end, verb, question);
    const ask = () => hedge(way(first), second && way(second), this.#patienceWith(first));
    return patiently(ask);
  }

  /** A peer that is not even connected is not waited for: that reveals a killed leader before the election has another. */
  #patienceWith({ peer }: Peer): number {
    const isThere = peer === this.options.peer || this.#lines.get(peer)?.line.connected === true;
    return isThere ? HEDGE_AFTER_MS : 0;
  }

  close(): void {
    for (const { line } of this.#lines.values()) line.close();
    this.#lines.clear();
    this.#leaders.wake();
  }

  async #askOne<V extends BookVerb>(
    end: Peer,
    verb: V,
    question: QuestionOf<PeerVerbs, V>,
    limitMs?: number,
  ): Promise<AnswerOf<PeerVerbs, V>> {
    if (end.peer === this.options.peer) return this.options.ownAnswer(verb, question);
    try {
      const line = this.mustLineTo(end.peer);
      return answerOf(end.peer, await line.call(verb, question, { limitMs }));
    } catch (cause) {
      const meant = inOwnWords(verb, question, cause);
      if (codeOf(meant) === 'E_BAD_ANSWER') {
        this.options.onBadAnswer?.(end.peer, reasonOf(meant));
      }
      throw meant;
    }
  }

  #inOrder(): Peer[] {
    const [first, second] = this.trackers();
    if (!first || !second) return first ? [first] : [];
    const isTrusted = ({ peer }: Peer) => this.options.isTrusted?.(peer) === true;
    const isSecondBetter = isTrusted(second) && !isTrusted(first);
    const isTurned = first.peer === this.#mistrusted || isSecondBetter;
    return isTurned ? [second, first] : [first, second];
  }

  #connect(end: Peer): void {
    const { detoursTo, onWay } = this.options;
    const dialled: Dialled = {
      ...{ peer: end.peer, address: end.address, port: end.indexerPort, line: 'indexer' },
    };
    const line = connectPeer({
      address: end.address,
      port: end.indexerPort,
      serverKey: end.curveKey,
      keys: this.options.keys,
      detours: detoursTo?.(end.peer),
      onWay: (way) => onWay?.(dialled, way),
      onLost: () => {
        if (end.peer === this.#leader?.peer) this.options.onLeaderLost(end);
        this.options.onLost(end.peer);
      },
    });
    this.#lines.set(end.peer, { to: end, line });
  }
}

function noLeader(leader: Peer | undefined): Failure {
  const sentence = leader
    ? `The indexer of the leader ${leader.peer} cannot be reached yet; try again in a moment.`
    : 'No leader is known yet; the election takes about a second after the start, see "iwanto status".';
  return new Failure('E_NO_LEADER', sentence);
}
