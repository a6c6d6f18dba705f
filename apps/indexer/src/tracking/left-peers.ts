/** Departed peers, as this tracker remembers them: in memory for searching, and in files, so that a restart loses nothing. */
import { inTurns } from '@iwanto/bus';
import type { LeftLine, Lines, Tracker } from '@iwanto/tracker';
import {
  type CatalogueEntry,
  Failure,
  type PeerId,
  type WorkTurns,
  agoText,
  codeOf,
} from '@iwanto/wire';
import type { OneAtATime } from './one-at-a-time.js';

/** A peer that left, under the name it had. */
export interface LeftPeer extends LeftLine {
  readonly name: string;
}

/** Stores what departed peers had beyond the life of this process. */
export interface LeftFiles {
  /** Writes what `read` gives, place by place; undefined from it means that the peer is back. */
  save(left: LeftPeer, read: (from: number) => Lines | undefined): void;
  forget(peer: PeerId): void;
  load(take: (left: LeftPeer, entries: readonly CatalogueEntry[]) => Promise<void>): void;
}

export interface LeftOptions {
  /** This host's calendar, in ms since 1970. */
  readonly dateMs: () => number;
  /** How long what a peer shared is remembered, in ms; 0 for not at all. */
  readonly keepMs: () => number;
  readonly files?: LeftFiles;
}

/** Places of a catalogue that are read at a time: a millisecond's work. */
const READ_STEPS = 200;
/** Peers that a refusal names. */
const NAMED_MAX = 4;
const MS_PER_SECOND = 1_000;

export class LeftPeers {
  readonly #names = new Map<PeerId, string>();

  constructor(
    private readonly tracker: Tracker,
    private readonly work: OneAtATime,
    private readonly options: LeftOptions,
  ) {}

  /** Names of the remembered peers. */
  get names(): ReadonlyMap<PeerId, string> {
    return this.#names;
  }

  /** Remembers what a peer shared; false if there is nothing to remember. */
  add({ peer, name }: { readonly peer: PeerId; readonly name: string }): boolean {
    const { dateMs, keepMs, files } = this.options;
    if (keepMs() <= 0 || this.tracker.held(peer).catalogId === null) return false;
    const leftMs = dateMs();
    this.#names.set(peer, name);
    this.tracker.leave(peer, leftMs);
    files?.save({ peer, name, leftMs }, (from) =>
      this.#has({ peer, leftMs }) ? this.tracker.entriesOf(peer, from, READ_STEPS) : undefined,
    );
    return true;
  }

  /** The peer is back; true if it need not announce what it had. */
  comeBack(peer: PeerId): boolean {
    if (!this.#names.delete(peer)) return false;
    this.options.files?.forget(peer);
    return this.tracker.comeBack(peer);
  }

  /** The answer of `locate`; if no peer that is online has it, its refusal names those that had. */
  *explained<T>(prefix: string, locating: WorkTurns<T>): WorkTurns<T> {
    try {
      return yield* locating;
    } catch (cause) {
      const seen = yield* this.tracker.lastSeen(prefix);
      if (codeOf(cause) !== 'E_NOT_FOUND' || !seen) throw cause;
      const left = this.tracker.left().filter(({ peer }) => seen.peers.includes(peer));
      const last = Math.max(...left.map(({ leftMs }) => leftMs));
      const names = left.map(({ peer }) => this.#names.get(peer) || peer).slice(0, NAMED_MAX);
      const ago = agoText((this.options.dateMs() - last) / MS_PER_SECOND);
      const sentence = `Nobody who is here has ${seen.name}; it was seen ${ago} on ${names.join(', ')}.`;
      throw new Failure('E_NOT_FOUND', sentence);
    }
  }

  /** Loads what was remembered before this process; `isHere` says which peers need not be. */
  load(isHere: (peer: PeerId) => boolean): void {
    this.options.files?.load((left, entries) => {
      const remember = () => {
        if (isHere(left.peer) || this.#isOver(left)) return;
        this.tracker.remember(left, entries);
        if (this.#has(left)) this.#names.set(left.peer, left.name);
      };
      return inTurns(this.work.once(remember));
    });
  }

  /** Forgets peers that left too long ago, and the files of those that the tracker had no space for. */
  tidy(): void {
    for (const left of this.tracker.left())
      if (this.#isOver(left)) this.tracker.dropPeer(left.peer);
    const kept = new Set(this.tracker.left().map(({ peer }) => peer));
    for (const peer of this.#names.keys()) {
      if (kept.has(peer)) continue;
      this.#names.delete(peer);
      this.options.files?.forget(peer);
    }
  }

  /** Frees the memory; the files stay for the next time. */
  release(): void {
    for (const { peer } of this.tracker.left()) this.tracker.dropPeer(peer);
    this.#names.clear();
  }

  #has({ peer, leftMs }: LeftLine): boolean {
    return this.tracker.left().some((line) => line.peer === peer && line.leftMs === leftMs);
  }

  #isOver({ leftMs }: LeftLine): boolean {
    return this.options.dateMs() - leftMs >= this.options.keepMs();
  }
}
