/** Keeps one tracker in step with this host's catalogue: asks what it holds, sends what it lacks. */
import { BULK_LINES_MIN, type Held } from '@iwanto/tracker';
import {
  type Announcement,
  type Bucket,
  Failure,
  type FileHash,
  type Rate,
  reasonOf,
  refilled,
} from '@iwanto/wire';

/** Entries in one announcement: a part is taken in within some ms, so that searches need not wait for it. */
export const PART_ENTRIES_MAX = 500;
/** The first part of a catalogue is small: the code of a tracker that has just started is five times as slow. */
export const FIRST_PART_ENTRIES = BULK_LINES_MIN;
/** Bytes that the texts of one part may take, so that it fits a message of 1 MiB. */
const PART_BYTES_MAX = 700_000;
/** Bytes of an entry besides its path: hash, kind, size and the names of the fields. */
const ENTRY_BYTES = 140;
/** The mean time between announcements in ms, and how many may go together after a quiet time (HOSTILE 57). */
export const ANNOUNCE_INTERVAL_MS = 500;
export const ANNOUNCE_AT_ONCE_MAX = 3;
const ANNOUNCE_RATE: Rate = {
  perSecond: 1_000 / ANNOUNCE_INTERVAL_MS,
  burst: ANNOUNCE_AT_ONCE_MAX,
};
/** A file and the folders above it change in separate revisions, which belong in one announcement: the wait for these, in ms. */
export const GATHER_MS = 15;
/** How often a tracker is asked whether it still holds what was announced to it, in ms. */
export const CHECK_INTERVAL_MS = 5_000;
/** Lines of the log from which one is picked. */
const DRAWN_FROM = 32;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

/** What changed in this host's catalogue, as the tracker needs it. */
export type Changes = Omit<Announcement, 'peer'>;

/** The log of this host's catalogue. */
export interface CatalogueLog {
  readonly catalogId: Announcement['catalogId'];
  /** At most `limit` changes after `revision`; from 0 on when that revision is not known. */
  changesSince(revision: number, limit: number): Changes | Promise<Changes>;
}

/** A tracker that is kept in step. */
export interface AnnounceTarget {
  announced(): Promise<Held>;
  announce(changes: Changes): Promise<Held>;
}

export interface AnnouncerOptions {
  readonly target: AnnounceTarget;
  readonly catalogue: CatalogueLog;
  /** A clock that never goes back, in ms. */
  readonly nowMs: () => number;
  readonly onTrouble: (sentence: string) => void;
  /** Given one sentence per announcement that was sent. */
  readonly onNote?: (sentence: string) => void;
}

/** Sends changes to one target, one announcement at a time, until it is stopped. */
export class Announcer {
  #held: Held | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wakeMs = Infinity;
  /** From this time on the tracker may have forgotten, and is asked again. */
  #heldUntilMs = -Infinity;
  #busy = false;
  #stopped = false;
  #again = false;
  #retryMs = RETRY_MIN_MS;
  #isSettled = false;
  #toldRevision = 0;
  #leftOut = 0;
  /** Announcements that may be sent now; below 0 if more had to be sent. */
  #allowed: Bucket;

  constructor(private readonly options: AnnouncerOptions) {
    this.#allowed = refilled(undefined, ANNOUNCE_RATE, options.nowMs());
    this.#wakeIn(0);
  }

  /**
   * One content that was announced to the tracker, picked at random. Undefined if there is none, and until the
   * tracker holds, or has refused, what had to be announced: from then on it can be judged by what it finds.
   */
  async oneTold(chance: () => number): Promise<FileHash | undefined> {
    if (!this.#isSettled) return undefined;
    const { catalogue } = this.options;
    for (const since of [Math.floor(chance() * this.#toldRevision), 0]) {
      const { entries } = await catalogue.changesSince(since, DRAWN_FROM);
      const whole = entries.filter(({ partial }) => !partial);
      if (whole.length > 0) return whole[Math.floor(chance() * whole.length)]?.hash;
    }
    return undefined;
  }

  /** How many entries the tracker has no space for, according to its last answer. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** The catalogue has a new revision. */
  changed(): void {
    this.#isSettled = false;
    if (this.#busy) this.#again = true;
    else this.#wakeIn(this.#waitMs());
  }

  /** The line broke or the tracker may be another one: it has to be asked again what it holds. */
  unsure(): void {
    this.#heldUntilMs = -Infinity;
    this.changed();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #waitMs(): number {
    this.#allowed = refilled(this.#allowed, ANNOUNCE_RATE, this.options.nowMs());
    return Math.max(GATHER_MS, (1 - this.#allowed.tokens) * ANNOUNCE_INTERVAL_MS);
  }

  /** Wakes after that time, or earlier if already planned: endless changes must not put it off. */
  #wakeIn(waitMs: number): void {
    const wakeMs = this.options.nowMs() + waitMs;
    if (this.#stopped || this.#wakeMs <= wakeMs) return;
    clearTimeout(this.#timer);
    this.#wakeMs = wakeMs;
    this.#timer = setTimeout(() => void this.#run(), waitMs);
  }

  async #run(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#again = false;
    this.#wakeMs = Infinity;
    const failure = await this.#catchUp().catch((cause: unknown) => cause);
    this.#busy = false;
    if (failure === undefined) this.#rest();
    else this.#retry(failure);
  }

  #rest(): void {
    this.#retryMs = RETRY_MIN_MS;
    this.#isSettled = !this.#again;
    if (this.#again) this.#wakeIn(this.#waitMs());
    else this.#wakeIn(CHECK_INTERVAL_MS);
  }

  /** A tracker that cannot be reached is what elections are for: only what it refuses is reported. */
  #retry(cause: unknown): void {
    this.#held = undefined;
    const quiet =
      cause instanceof Failure &&
      ['E_NOT_RUNNING', 'E_TIMEOUT', 'E_NO_LEADER'].includes(cause.code);
    this.#isSettled = !quiet;
    if (!quiet) this.options.onTrouble(`The catalogue could not be announced: ${reasonOf(cause)}`);
    this.#wakeIn(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
  }

  async #catchUp(): Promise<void> {
    const { target, catalogue } = this.options;
    let held = await this.#ask();
    let limit = FIRST_PART_ENTRIES;
    for (let more = true; more && !this.#stopped;) {
      const known = knownRevision(held, catalogue);
      const changes = await largePartSince(catalogue, known, limit);
      limit = Math.min(limit * 2, PART_ENTRIES_MAX);
      this.#toldRevision = changes.revision;
      if (isHeld(held, changes)) return;
      if (!changes.more) this.#allowed.tokens -= 1;
      const before = held;
      held = await target.announce(changes);
      this.#note(held);
      this.options.onNote?.(sentenceOf(changes, held));
      if (!isHeld(held, changes) && held.revision === before.revision) {
        throw new Failure('E_GAP', 'the tracker does not accept the announcement.');
      }
      more = changes.more || !isHeld(held, changes);
    }
  }

  /** What the tracker holds: its last answer, or asked again after a while and when in doubt. */
  async #ask(): Promise<Held> {
    const nowMs = this.options.nowMs();
    if (this.#held && nowMs < this.#heldUntilMs) return this.#held;
    this.#heldUntilMs = nowMs + CHECK_INTERVAL_MS;
    return this.#note(await this.options.target.announced());
  }

  #note(held: Held): Held {
    this.#held = held;
    this.#leftOut = held.leftOut ?? 0;
    return held;
  }
}

const knownRevision = (held: Held, { catalogId }: CatalogueLog) =>
  held.catalogId === catalogId ? held.revision : 0;

const isHeld = (held: Held, { catalogId, revision }: Changes) =>
  held.catalogId === catalogId && held.revision >= revision;

/**
 * The next part, with those after it as long as it is small: revisions of directories that have no root yet, of
 * which a tree that is being indexed has thousands, have nothing to announce, and a tracker accepts few small changes
 * per second (HOSTILE 57).
 */
async function largePartSince(
  catalogue: CatalogueLog,
  revision: number,
  limit: number,
): Promise<Changes> {
  let part = await partSince(catalogue, revision, limit);
  while (part.more && part.entries.length + part.gone.length < BULK_LINES_MIN) {
    const both = joined(part, await partSince(catalogue, part.revision, limit));
    if (both === undefined) break;
    part = both;
  }
  return part;
}

/** Two parts as one, in which the later entry of a path counts; undefined if they would not fit a message. */
function joined(part: Changes, next: Changes): Changes | undefined {
  if (next.since !== part.revision || next.catalogId !== part.catalogId) return undefined;
  const gone = new Set(next.gone);
  const both = {
    ...next,
    since: part.since,
    entries: [...part.entries.filter(({ path }) => !gone.has(path)), ...next.entries],
    gone: [...part.gone, ...next.gone],
  };
  return bytesOf(both) <= PART_BYTES_MAX ? both : undefined;
}

/** The next part; smaller if paths are so long that it would not fit a message. */
async function partSince(
  catalogue: CatalogueLog,
  revision: number,
  most: number,
): Promise<Changes> {
  for (let limit = most; ; limit = Math.ceil(limit / 4)) {
    const changes = await catalogue.changesSince(revision, limit);
    if (limit === 1 || bytesOf(changes) <= PART_BYTES_MAX) return changes;
  }
}

function bytesOf({ entries, gone }: Changes): number {
  const paths = [...entries.map(({ path }) => path), ...gone];
  const textBytes = paths.reduce((sum, path) => sum + Buffer.byteLength(path), 0);
  return textBytes + entries.length * ENTRY_BYTES;
}

const sentenceOf = ({ entries, gone, since, revision, more }: Changes, held: Held) =>
  `Announced revision ${since} to ${revision}${more ? ', with more to come' : ''}: ${entries.length} entries, ${gone.length} gone; the tracker holds ${held.revision}.`;
