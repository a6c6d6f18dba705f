/** Whether the leader finds what this host shares: asked periodically, because a leader that hides it stays silent. */
import type { LeaderFinds } from '@iwanto/bus';
import {
  type AnswerOf,
  type FileHash,
  HOLDERS_MAX,
  type PeerId,
  type PeerVerbs,
  codeOf,
} from '@iwanto/wire';
import type { LeaderLine } from './leader-line.js';

/** How often, in ms, and how soon once something is amiss. */
export const CHECK_EVERY_MS = 60_000;
export const DOUBT_EVERY_MS = 5_000;
/**
 * Misses in a row before the leader is called faulty. Two were too few: after a cut it takes some seconds until a
 * leader has admitted this host again and holds its catalogue.
 */
export const MISSES_MAX = 6;

export interface LeaderCheckOptions {
  readonly self: PeerId;
  readonly line: Pick<LeaderLine, 'leader' | 'standby' | 'askAlone' | 'mistrust'>;
  /** A random content of this host that was announced to the leader; undefined if there is none, or not yet. */
  readonly content: (leader: PeerId) => Promise<FileHash | undefined>;
  readonly onTrouble: (sentence: string) => void;
}

export class LeaderCheck {
  /** `unchecked` if it was not asked yet, or there is nothing to ask for. */
  #findable: LeaderFinds['findable'] = 'unchecked';
  #leader: PeerId | undefined;
  #misses = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(private readonly options: LeaderCheckOptions) {
    this.#later(DOUBT_EVERY_MS);
  }

  get state(): LeaderFinds {
    const leader = this.options.line.leader ?? null;
    return { leader, findable: leader === this.#leader ? this.#findable : 'unchecked' };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** One check; returns how long to wait until the next. */
  async look(): Promise<number> {
    const { line, self, content } = this.options;
    const { leader } = line;
    if (leader !== this.#leader) this.#begin(leader);
    const hash = leader && leader !== self ? await content(leader) : undefined;
    if (!leader || !hash) return DOUBT_EVERY_MS;
    const isFound = await this.#findsAt(leader, hash);
    // Silence is the election's concern, and anything that happened meanwhile says nothing about this leader.
    if (isFound === undefined || line.leader !== leader) return DOUBT_EVERY_MS;
    if (isFound) this.#settle('found');
    else await this.#missed(leader, hash);
    return isFound || this.#findable === 'hidden' ? CHECK_EVERY_MS : DOUBT_EVERY_MS;
  }

  #begin(leader: PeerId | undefined): void {
    this.#leader = leader;
    this.#findable = 'unchecked';
    this.#misses = 0;
  }

  async #missed(leader: PeerId, hash: FileHash): Promise<void> {
    const { line, onTrouble } = this.options;
    this.#misses += 1;
    if (this.#misses < MISSES_MAX || this.#findable === 'hidden') return;
    const { standby } = line;
    const another = standby && (await this.#findsAt(standby, hash));
    if (line.leader !== leader) return;
    this.#settle('hidden');
    onTrouble(
      `The leader ${leader} does not find ${hash}, which this host announced to it` +
        (another ? `; the standby ${standby} does, and is asked first from now on.` : '.'),
    );
  }

  #settle(findable: LeaderFinds['findable']): void {
    this.#findable = findable;
    if (findable === 'found') this.#misses = 0;
    this.options.line.mistrust(findable === 'hidden' ? this.#leader : undefined);
  }

  /** Undefined if it does not answer. If there are more holders than an answer names, they are picked at random: that is not a miss. */
  async #findsAt(tracker: PeerId, hash: FileHash): Promise<boolean | undefined> {
    try {
      const answer = await this.options.line.askAlone(tracker, 'locate', { hash });
      return this.#isNamed(answer);
    } catch (cause) {
      return ['E_NOT_FOUND', 'E_BAD_ANSWER'].includes(codeOf(cause)) ? false : undefined;
    }
  }

  #isNamed({ holders, others = [] }: AnswerOf<PeerVerbs, 'locate'>): boolean {
    const claims = [holders, ...others.map((claim) => claim.holders)];
    return (
      holders.length >= HOLDERS_MAX ||
      claims.some((claim) => claim.some(({ peer }) => peer === this.options.self))
    );
  }

  #later(waitMs: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      void this.look()
        .catch(() => DOUBT_EVERY_MS)
        .then((nextMs) => this.#later(nextMs));
    }, waitMs);
    this.#timer.unref();
  }
}
