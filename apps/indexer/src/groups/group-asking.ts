/** Asks the members of this host's groups what they share with them: all of a small LAN, within half a second. */
import {
  type CurveKeys,
  type Detours,
  type KnownPeer,
  type PeerLine,
  checked,
  connectPeer,
} from '@iwanto/bus';
import type { Group } from '@iwanto/service';
import {
  type AnswerOf,
  Failure,
  type GroupAsk,
  type PeerId,
  type PeerVerbs,
  type QuestionOf,
  type VerbRow,
  peerVerbs,
  setRecent,
  spreadOverPlaces,
} from '@iwanto/wire';
import { GroupSealing } from './group-sealing.js';

/** Peers asked per question: all of a small LAN, a random few of a large one, members first. */
const ASKED_MAX = 32;
/** Questions that are open at the same time. */
const ASKED_TOGETHER = 8;
/** The time limit for all of it, in ms: a handshake with each and a round trip. */
const ASK_LIMIT_MS = 700;
/** A peer that is not a member, or does not answer, is not asked again for this long, in ms. */
const STRANGER_MS = 10_000;
/** An unused line is closed after this time, in ms. */
const IDLE_MS = 60_000;
const STRANGERS_MAX = 4_096;

export interface GroupAskingOptions {
  readonly self: PeerId;
  readonly keys: CurveKeys;
  readonly groups: readonly Group[];
  /** Every peer that may be asked. */
  readonly peers: () => readonly KnownPeer[];
  readonly detoursTo?: (peer: PeerId) => Detours;
  readonly nowMs: () => number;
}

/** What a member of a group answered. */
export interface Told<V extends GroupAsk> {
  readonly group: string;
  readonly peer: KnownPeer;
  readonly answer: AnswerOf<PeerVerbs, V>;
}

interface Membership {
  readonly name: string;
  readonly sealings: readonly GroupSealing[];
}

interface Line {
  readonly to: KnownPeer;
  readonly line: PeerLine;
  usedMs: number;
}

export class GroupAsking {
  readonly #memberships: readonly Membership[];
  readonly #lines = new Map<PeerId, Line>();
  /** When a peer turned out not to be a member, by peer and group. */
  readonly #strangers = new Map<string, number>();
  readonly #members = new Set<string>();
  readonly #tidying: NodeJS.Timeout;

  constructor(private readonly options: GroupAskingOptions) {
    this.#memberships = options.groups.map((group) => {
      return { name: group.name, sealings: GroupSealing.of(group) };
    });
    this.#tidying = setInterval(() => this.#closeIdle(), IDLE_MS);
  }

  /** Answers of every member that has one; only of one peer if it is named. Never rejects. */
  async ask<V extends GroupAsk>(
    verb: V,
    question: QuestionOf<PeerVerbs, V>,
    of?: PeerId,
  ): Promise<Told<V>[]> {
    const untilMs = this.options.nowMs() + ASK_LIMIT_MS;
    const told: Told<V>[] = [];
    const waiting = this.#memberships.flatMap((membership) =>
      this.#asked(membership, of).map((peer) => ({ membership, peer })),
    );
    const askOn = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const limitMs = untilMs - this.options.nowMs();
        if (limitMs <= 0) return;
        const { membership, peer } = next;
        const answer = await this.#askOne(membership, peer, { verb, question, limitMs });
        if (answer !== undefined) told.push({ group: membership.name, peer, answer });
      }
    };
    await Promise.all(Array.from({ length: ASKED_TOGETHER }, askOn));
    return told;
  }

  close(): void {
    clearInterval(this.#tidying);
    for (const { line } of this.#lines.values()) line.close();
    this.#lines.clear();
  }

  #asked({ name }: Membership, of: PeerId | undefined): KnownPeer[] {
    const nowMs = this.options.nowMs();
    const candidates = this.options.peers().filter(({ peer, member, indexerPort }) => {
      if (!member || indexerPort === 0 || peer === this.options.self) return false;
      if (of !== undefined && peer !== of) return false;
      return nowMs - (this.#strangers.get(`${peer} ${name}`) ?? -Infinity) > STRANGER_MS;
    });
    const isMember = ({ peer }: KnownPeer) => this.#members.has(`${peer} ${name}`);
    const spread = spreadOverPlaces(candidates, Math.random);
    return [...spread.filter(isMember), ...spread.filter((one) => !isMember(one))].slice(
      0,
      ASKED_MAX,
    );
  }

  async #askOne<V extends GroupAsk>(
    { name, sealings }: Membership,
    peer: KnownPeer,
    asked: { verb: V; question: QuestionOf<PeerVerbs, V>; limitMs: number },
  ): Promise<AnswerOf<PeerVerbs, V> | undefined> {
    const key = `${peer.peer} ${name}`;
    try {
      for (const sealing of sealings) {
        const said = await this.#askWith(sealing, peer, asked);
        if (said === undefined) continue;
        this.#members.add(key);
        return said.answer;
      }
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause;
    }
    this.#members.delete(key);
    setRecent(this.#strangers, [key, this.options.nowMs()], STRANGERS_MAX);
    return undefined;
  }

  /** Undefined if it is not a member by that key; without an answer if it has none. */
  async #askWith<V extends GroupAsk>(
    sealing: GroupSealing,
    peer: KnownPeer,
    { verb, question, limitMs }: { verb: V; question: QuestionOf<PeerVerbs, V>; limitMs: number },
  ): Promise<{ answer?: AnswerOf<PeerVerbs, V> } | undefined> {
    const { nonce, sealed } = sealing.sealQuestion(peer.curveKey, verb, question);
    const said = await this.#lineTo(peer)
      .call('group', { sealed }, { limitMs })
      .catch((cause: unknown) => {
        // One that does not know the verb is too old to be a member.
        if (cause instanceof Failure && REFUSING.includes(cause.code)) return undefined;
        throw cause;
      });
    const answer = said && sealing.openAnswer(said.sealed, nonce);
    if (!answer) return undefined;
    if (answer.refused !== undefined) return {};
    const row: VerbRow = peerVerbs[verb];
    const whole = checked(row.answer, answer.answer, 'It') as AnswerOf<PeerVerbs, V>;
    return row.fault?.(checked(row.question, question, 'It'), whole) ? {} : { answer: whole };
  }

  #lineTo(peer: KnownPeer): PeerLine {
    const { keys, detoursTo, nowMs } = this.options;
    const known = this.#lines.get(peer.peer);
    const isSame = known?.to.address === peer.address && known.to.indexerPort === peer.indexerPort;
    if (known && isSame) {
      known.usedMs = nowMs();
      return known.line;
    }
    known?.line.close();
    const { address, indexerPort: port, curveKey: serverKey } = peer;
    const line = connectPeer({
      ...{ address, port, serverKey, keys },
      detours: detoursTo?.(peer.peer),
    });
    this.#lines.set(peer.peer, { to: peer, line, usedMs: nowMs() });
    return line;
  }

  #closeIdle(): void {
    const present = new Set(this.options.peers().map(({ peer }) => peer));
    for (const [peer, { line, usedMs }] of this.#lines) {
      if (present.has(peer) && this.options.nowMs() - usedMs < IDLE_MS) continue;
      line.close();
      this.#lines.delete(peer);
    }
  }
}

const REFUSING = ['E_NOT_FOUND', 'E_BAD_REQUEST'];
