/** The leader's book: applies what peers announce, forgets peers, and answers search and locate. */
import {
  type Announcement,
  type CatalogId,
  type CatalogueEntry,
  type FileHash,
  type HoldersAnswer,
  PEER_ENTRIES_MAX,
  type PeerId,
  type WorkTurns,
  allTurns,
} from '@iwanto/wire';
import {
  type Catalogue,
  type CatalogueLimits,
  type Held,
  type LeftLine,
  PEER_PATH_BYTES_MAX,
  type PeerLine,
  canRefill,
  hasNoRoom,
  refill,
} from './catalogue.js';
import { allowanceAfter } from './change-rate.js';
import { LeftOut } from './left-out.js';
import { type LastSeen, type Located, Locator } from './locating.js';
import { type Found, type SearchOptions, Searcher } from './search.js';
import { type Lines, Shelf, type ShelfOptions } from './shelf.js';

/** Lines of an announcement that are taken in during one turn, and what one costs, in steps. */
const LINES_A_TURN = 64;
const LINE_STEPS = 256;
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
  readonly #limits: CatalogueLimits;

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
    this.#limits = {
      entriesMax: peerEntriesMax ?? PEER_ENTRIES_MAX,
      pathBytesMax: peerPathBytesMax ?? PEER_PATH_BYTES_MAX,
    };
  }

  /**
   * Applies a change; returns what is held afterwards, so that the peer can continue from there:
   * less than was sent if revisions are missing in between. Throws E_LIMIT for too many changes.
   */
  applyAnnouncement(announcement: Announcement, nowMs: number): Held {
    return allTurns(this.applying(announcement, nowMs));
  }

  /** The same in turns. Between them peers may leave and come back, and no search may run. */
  *applying(announcement: Announcement, nowMs: number): WorkTurns<Held> {
    const { peer, catalogId, since, revision } = announcement;
    this.comeBack(peer);
    const known = this.#catalogues.get(peer);
    const isNew = known?.catalogId !== catalogId;
    if (isNew && since > 0) return NOT_HELD;
    if (!isNew && (since > known.revision || revision <= known.revision)) return this.held(peer);
    if (known) known.changes = allowanceAfter(known.changes, announcement, nowMs);
    // What has gone since a forgotten revision is unknown: everything is announced again.
    const isAnew = isNew || (since === 0 && known.revision > 0);
    const catalogue = isAnew ? this.#begin(peer, catalogId, known) : known;
    if (!(yield* this.#change(catalogue, announcement))) return this.held(peer);
    catalogue.revision = revision;
    catalogue.whole = !announcement.more;
    catalogue.heardMs = nowMs;
    const hasRoomAgain = catalogue.whole && announcement.gone.length > 0;
    if (hasRoomAgain && canRefill(catalogue, this.#limits)) refill(catalogue);
    this.#makeRoom();
    return this.held(peer);
  }

  /** Removes what has gone and adds the entries; false if the peer was dropped meanwhile. */
  *#change(catalogue: Catalogue, { gone, entries }: Announcement): WorkTurns<boolean> {
    const isDropped = () => this.#catalogues.get(catalogue.peer) !== catalogue;
    for (let from = 0; from < gone.length; from += LINES_A_TURN) {
      for (const path of gone.slice(from, from + LINES_A_TURN)) {
        catalogue.leftOut.remove(path);
        this.#shelf.takeAway(catalogue.part, path);
      }
      yield LINES_A_TURN * LINE_STEPS;
      if (isDropped()) return false;
    }
    for (let from = 0; from < entries.length; from += LINES_A_TURN) {
      for (const entry of entries.slice(from, from + LINES_A_TURN)) this.#put(catalogue, entry);
      yield LINES_A_TURN * LINE_STEPS;
      if (isDropped()) return false;
    }
    return true;
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

  /** The peer is back, with what it had; true if any of it was remembered as its catalogue. */
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
    return allTurns(this.searching(query, limit, options));
  }

  /** The same in turns. Between them nothing may change, and no other search may run. */
  searching(query: string, limit: number, options: SearchOptions = {}): WorkTurns<Found> {
    return this.#searcher.search(query, limit, options);
  }

  /** What a whole hash or a prefix of at least 8 hex characters names. Throws E_NOT_FOUND, E_AMBIGUOUS. */
  locate(prefix: string): Located {
    return allTurns(this.locating(prefix));
  }

  /** The same in turns, between which nothing may change. */
  locating(prefix: string): WorkTurns<Located> {
    return this.#locator.locate(prefix);
  }

  /** Departed peers that had what a hash names; undefined if a peer that is online shares it, or nobody ever did. */
  lastSeen(prefix: string): WorkTurns<LastSeen | undefined> {
    return this.#locator.lastSeen(prefix);
  }

  /** The contents that somebody shares: who, those of `first` before others, and under which names. */
  holders(hashes: readonly FileHash[], first?: readonly PeerId[]): HoldersAnswer['contents'] {
    return this.#locator.holders(hashes, first);
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
    const isFull = hasNoRoom(catalogue, entry.path, this.#limits);
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
}
