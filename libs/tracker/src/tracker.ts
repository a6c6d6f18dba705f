/** The leader's book: applies what peers announce, forgets peers, and answers search and locate. */
import {
  type Announcement,
  type Bucket,
  type CatalogId,
  type CatalogueEntry,
  Failure,
  type FileHash,
  type HoldersAnswer,
  PEER_ENTRIES_MAX,
  type PeerId,
  type Rate,
  refilled,
  spend,
} from '@iwanto/wire';
import { LeftOut } from './left-out.js';
import { type LastSeen, type Located, Locator } from './locating.js';
import { type Found, type SearchOptions, Searcher } from './search.js';
import { type Lines, type Part, Shelf, type ShelfOptions } from './shelf.js';

/** Bytes that the paths of one peer may have together; the excess is left out (HOSTILE 49). */
export const PEER_PATH_BYTES_MAX = 1_073_741_824;
/** What was left out is requested again when this share of the limit, or space for all of it, is free. */
const REFILL_SHARE = 0.01;
/** Small changes that a peer may announce per second, and how many in a burst (HOSTILE 57). */
export const CHANGES_PER_SECOND_MAX = 2;
export const CHANGES_AT_ONCE_MAX = 10;
const CHANGE_RATE: Rate = { perSecond: CHANGES_PER_SECOND_MAX, burst: CHANGES_AT_ONCE_MAX };
/** An announcement with this many lines is part of a catalogue, not a change that could have waited. */
export const BULK_LINES_MIN = 100;
/** How far the tracker holds one peer's catalogue. */
export interface Held {
  readonly catalogId: CatalogId | null;
  readonly revision: number;
  /** Entries left out because the peer has too many; absent where none is. */
  readonly leftOut?: number | undefined;
}

/** One line of the book. */
export interface PeerLine extends Held {
  readonly peer: PeerId;
  readonly files: number;
  /** False while parts of a catalogue are still to come. */
  readonly whole: boolean;
  readonly leftOut: number;
  /** When the peer last announced a change, on the caller's clock. */
  readonly heardMs: number;
}

/** A peer that left and is remembered. */
export interface LeftLine {
  readonly peer: PeerId;
  /** When it left, on the caller's calendar. */
  readonly leftMs: number;
}

interface Catalogue {
  readonly peer: PeerId;
  /** Null where only its lines are known, from an earlier tracker: nothing can be added to these. */
  readonly catalogId: CatalogId | null;
  readonly part: Part;
  revision: number;
  whole: boolean;
  readonly leftOut: LeftOut;
  heardMs: number;
  /** Small changes that are still allowed. */
  changes: Bucket | undefined;
  /** When its peer left; undefined while it is here. */
  leftMs: number | undefined;
}

export interface TrackerOptions extends Partial<ShelfOptions> {
  /** Lower limits, for tests. */
  readonly peerEntriesMax?: number;
  readonly peerPathBytesMax?: number;
  readonly rememberedUpTo?: number;
}

/** Departed peers are remembered up to this many, and up to this many entries of all peers together. */
const LEFT_PEERS_MAX = 1_000;
const REMEMBERED_UP_TO = 1_000_000;

const NOT_HELD: Held = { catalogId: null, revision: 0 };

export class Tracker {
  readonly #shelf: Shelf;
  readonly #searcher: Searcher;
  readonly #locator: Locator;
  readonly #catalogues = new Map<PeerId, Catalogue>();
  readonly #ofSlot = new Map<number, Catalogue>();
  readonly #rememberedUpTo: number;
  readonly #entriesMax: number;
  readonly #pathBytesMax: number;

  constructor(options: TrackerOptions = {}) {
    const { peerEntriesMax, peerPathBytesMax, rememberedUpTo, seed = 0, ...rest } = options;
    this.#shelf = new Shelf({ seed, ...rest });
    const peerOf = (slot: number) => this.#ofSlot.get(slot)?.peer;
    this.#locator = new Locator(this.#shelf, peerOf);
    this.#searcher = new Searcher(this.#shelf, {
      peerOf,
      slotOf: (peer) => this.#catalogues.get(peer)?.part.slot ?? 0,
      leftMsOf: (slot) => this.#ofSlot.get(slot)?.leftMs ?? 0,
    });
    this.#rememberedUpTo = rememberedUpTo ?? REMEMBERED_UP_TO;
    this.#entriesMax = peerEntriesMax ?? PEER_ENTRIES_MAX;
    this.#pathBytesMax = peerPathBytesMax ?? PEER_PATH_BYTES_MAX;
  }

  /**
   * Applies a change; returns what is held afterwards, so that the peer can continue from there:
   * less than was sent where revisions are missing in between. Throws E_LIMIT for too many changes.
   */
  applyAnnouncement(announcement: Announcement, nowMs: number): Held {
    const { peer, catalogId, since, revision } = announcement;
    this.comeBack(peer);
    const known = this.#catalogues.get(peer);
    const isNew = known?.catalogId !== catalogId;
    if (isNew && since > 0) return NOT_HELD;
    if (!isNew && (since > known.revision || revision <= known.revision)) return this.held(peer);
    if (known) this.#mayChange(known, announcement, nowMs);
    // What has gone since a forgotten revision is unknown: everything is announced again.
    const isAnew = isNew || (since === 0 && known.revision > 0);
    const catalogue = isAnew ? this.#begin(peer, catalogId, known) : known;
    for (const path of announcement.gone) {
      catalogue.leftOut.remove(path);
      this.#shelf.takeAway(catalogue.part, path);
    }
    for (const entry of announcement.entries) this.#put(catalogue, entry);
    catalogue.revision = revision;
    catalogue.whole = !announcement.more;
    catalogue.heardMs = nowMs;
    const hasRoomAgain = catalogue.whole && announcement.gone.length > 0;
    if (hasRoomAgain && this.#canRefill(catalogue)) this.#refill(catalogue);
    this.#makeRoom();
    return this.held(peer);
  }

  /** Forgets everything a peer shares, immediately. */
  dropPeer(peer: PeerId): void {
    const catalogue = this.#catalogues.get(peer);
    if (!catalogue) return;
    this.#catalogues.delete(peer);
    this.#ofSlot.delete(catalogue.part.slot);
    this.#shelf.close(catalogue.part);
  }

  /** The peer has left: what it shared is remembered, and nobody is sent to it. */
  leave(peer: PeerId, dateMs: number): void {
    const catalogue = this.#catalogues.get(peer);
    if (!catalogue || catalogue.leftMs !== undefined) return;
    catalogue.leftMs = dateMs;
    this.#shelf.retire(catalogue.part);
    this.#makeRoom();
  }

  /** The peer is back, with what it had; true where any of it was remembered as its catalogue. */
  comeBack(peer: PeerId): boolean {
    const catalogue = this.#catalogues.get(peer);
    if (catalogue?.leftMs === undefined || catalogue.catalogId === null) return false;
    catalogue.leftMs = undefined;
    this.#shelf.readmit(catalogue.part);
    return true;
  }

  /** Adds lines of a departed peer from an earlier tracker. What this tracker saw itself takes precedence. */
  remember({ peer, leftMs }: LeftLine, entries: readonly CatalogueEntry[]): void {
    const known = this.#catalogues.get(peer);
    if (known && (known.catalogId !== null || (known.leftMs ?? 0) > leftMs)) return;
    const catalogue = known?.leftMs === leftMs ? known : this.#begin(peer, null, known);
    if (catalogue !== known) this.#shelf.retire(catalogue.part);
    catalogue.leftMs = leftMs;
    for (const entry of entries) this.#put(catalogue, entry);
    this.#makeRoom();
  }

  /** Departed peers that are remembered, the last to leave first. */
  left(): LeftLine[] {
    const lines = Array.from(this.#catalogues.values(), ({ peer, leftMs }) => ({ peer, leftMs }));
    const left = lines.filter((line): line is LeftLine => line.leftMs !== undefined);
    return left.sort((a, b) => b.leftMs - a.leftMs);
  }

  /** Some lines of what a peer shares or shared, from a position on. */
  entriesOf(peer: PeerId, from: number, steps: number): Lines {
    const part = this.#catalogues.get(peer)?.part;
    return part ? this.#shelf.entriesOf(part, from, steps) : { entries: [], next: undefined };
  }

  /** How far a peer's catalogue is held; catalogId null and revision 0 when it is not. */
  held(peer: PeerId): Held {
    const catalogue = this.#catalogues.get(peer);
    if (!catalogue) return NOT_HELD;
    const { catalogId, revision, leftOut } = catalogue;
    return { catalogId, revision, ...(leftOut.count > 0 && { leftOut: leftOut.count }) };
  }

  /** Every peer that is online and whose catalogue is held. */
  book(): PeerLine[] {
    const here = [...this.#catalogues.values()].filter(({ leftMs }) => leftMs === undefined);
    return here.map((catalogue) => {
      const { peer, catalogId, revision, whole, leftOut, heardMs, part } = catalogue;
      const counts = { files: part.files, leftOut: leftOut.count };
      return { peer, catalogId, revision, whole, heardMs, ...counts };
    });
  }

  /** Contents whose names fit, best first. Throws E_BAD_REQUEST for a query that cannot be understood. */
  search(query: string, limit: number, options: SearchOptions = {}): Found {
    return this.#searcher.search(query, limit, options);
  }

  /** What a whole hash or a prefix of at least 8 hex characters names. Throws E_NOT_FOUND, E_AMBIGUOUS. */
  locate(prefix: string): Located {
    return this.#locator.locate(prefix);
  }

  /** Departed peers that had what a hash names; undefined where a peer that is online shares it, or nobody ever did. */
  lastSeen(prefix: string): LastSeen | undefined {
    return this.#locator.lastSeen(prefix);
  }

  /** The contents that somebody shares: who, and under which names. */
  holders(hashes: readonly FileHash[]): HoldersAnswer['contents'] {
    return this.#locator.holders(hashes);
  }

  /**
   * Does deferred work in slices: about `steps` names, some microseconds each.
   * True while there is more. To be called when idle; answers are right without it.
   */
  tend(steps: number): boolean {
    return this.#shelf.tend(steps);
  }

  #begin(peer: PeerId, catalogId: CatalogId | null, before: Catalogue | undefined): Catalogue {
    const heardMs = before?.heardMs ?? 0;
    this.dropPeer(peer);
    const part = this.#shelf.open();
    const leftOut = new LeftOut();
    const fresh = { revision: 0, whole: false, leftOut, heardMs, leftMs: undefined };
    const catalogue: Catalogue = { peer, catalogId, part, ...fresh, changes: before?.changes };
    this.#catalogues.set(peer, catalogue);
    this.#ofSlot.set(part.slot, catalogue);
    return catalogue;
  }

  #put(catalogue: Catalogue, entry: CatalogueEntry): void {
    const { part, leftOut } = catalogue;
    const isFull =
      part.rows.size >= this.#entriesMax || part.pathBytes + entry.path.length > this.#pathBytesMax;
    // What is known is always brought up to date: a stale hash would send others to a content that is gone.
    if (isFull && !this.#shelf.holds(part, entry.path)) return leftOut.add(entry.path);
    leftOut.remove(entry.path);
    this.#shelf.put(part, entry);
  }

  /** Forgets the peers that left longest ago, so that what is remembered takes no space from what is online. */
  #makeRoom(): void {
    if (this.#shelf.left.slots.size === 0) return;
    const left = this.left();
    let entries = 0;
    for (const { part } of this.#catalogues.values()) entries += part.rows.size;
    while (left.length > LEFT_PEERS_MAX || (left.length > 0 && entries > this.#rememberedUpTo)) {
      const { peer } = left.pop()!;
      entries -= this.#catalogues.get(peer)?.part.rows.size ?? 0;
      this.dropPeer(peer);
    }
  }

  #canRefill({ leftOut, part }: Catalogue): boolean {
    const wanted = Math.min(leftOut.count, Math.ceil(this.#entriesMax * REFILL_SHARE));
    return (
      wanted > 0 &&
      part.rows.size + wanted <= this.#entriesMax &&
      part.pathBytes <= this.#pathBytesMax * (1 - REFILL_SHARE)
    );
  }

  /**
   * Asks for the whole catalogue again, on top of what is held: what is known already changes nothing. What is
   * removed meanwhile has a later revision than any entry that is held, so it comes after them.
   */
  #refill(catalogue: Catalogue): void {
    catalogue.revision = 0;
    catalogue.whole = false;
    catalogue.leftOut.clear();
  }

  /** Throws E_LIMIT when small changes come faster than they may. */
  #mayChange(catalogue: Catalogue, { entries, gone }: Announcement, nowMs: number): void {
    if (entries.length + gone.length >= BULK_LINES_MIN) return;
    // The bucket has a clock of its own: a large part in between costs no tokens and loses none.
    catalogue.changes = refilled(catalogue.changes, CHANGE_RATE, nowMs);
    if (!spend(catalogue.changes)) {
      const sentence = `Peer ${catalogue.peer} announces more than ${CHANGES_PER_SECOND_MAX} changes per second; combine them.`;
      throw new Failure('E_LIMIT', sentence);
    }
  }
}
