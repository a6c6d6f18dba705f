/** The leader's book: applies what peers announce, forgets peers, and answers search and locate. */
import {
  type Announcement,
  type Bucket,
  type CatalogId,
  Failure,
  type FileHash,
  HASH_PREFIX_CHARACTERS_MIN,
  HOLDERS_NAMED_MAX,
  type HoldersAnswer,
  type Kind,
  NAMES_MAX,
  PEER_ENTRIES_MAX,
  type PeerId,
  type Rate,
  refilled,
  spend,
} from '@iwanto/wire';
import { type Found, type SearchOptions, Searcher } from './search.js';
import { type Part, Shelf, type ShelfOptions } from './shelf.js';

/** Bytes that the paths of one peer may have together; what is beyond is left out (HOSTILE 49). */
export const PEER_PATH_BYTES_MAX = 1_073_741_824;
/** What was left out is asked for again when this part of the limit, or room for all of it, is free. */
const REFILL_SHARE = 0.01;
/** Small changes a peer may announce a second, and how many may come at once (HOSTILE 57). */
export const CHANGES_PER_SECOND_MAX = 2;
export const CHANGES_AT_ONCE_MAX = 10;
const CHANGE_RATE: Rate = { perSecond: CHANGES_PER_SECOND_MAX, burst: CHANGES_AT_ONCE_MAX };
/** An announcement with this many lines is part of a catalogue, not a change that could have waited. */
export const BULK_LINES_MIN = 100;
/** Contents that a refusal as ambiguous lists. */
const CANDIDATES_LISTED_MAX = 6;
/** Rows looked at for the usual name of a content. */
const NAME_LOOKS_MAX = 1_000;
/** The same where many contents are asked for at once. */
const NAME_LOOKS = 20;

/** Up to where the tracker holds one peer's catalogue. */
export interface Held {
  readonly catalogId: CatalogId | null;
  readonly revision: number;
}

/** One line of the book. */
export interface PeerLine extends Held {
  readonly peer: PeerId;
  readonly files: number;
  /** False while parts of a catalogue are still to come. */
  readonly whole: boolean;
  /** Entries left out because the peer has too many. */
  readonly leftOut: number;
  /** When the peer last announced a change, on the caller's clock. */
  readonly heardMs: number;
}

/** What a hash names, and who holds it. */
export interface Located {
  readonly hash: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly size: number;
  readonly peers: PeerId[];
  /** What other peers say that this hash is, those first of which there are more. */
  readonly others: Pick<Located, 'kind' | 'size' | 'peers'>[];
}

interface Catalogue {
  readonly peer: PeerId;
  readonly catalogId: CatalogId;
  readonly part: Part;
  revision: number;
  whole: boolean;
  leftOut: number;
  heardMs: number;
  /** Small changes that may still come. */
  changes: Bucket | undefined;
}

export interface TrackerOptions extends Partial<ShelfOptions> {
  /** Lower limits, for tests. */
  readonly peerEntriesMax?: number;
  readonly peerPathBytesMax?: number;
}

const NOT_HELD: Held = { catalogId: null, revision: 0 };

export class Tracker {
  readonly #shelf: Shelf;
  readonly #searcher: Searcher;
  readonly #catalogues = new Map<PeerId, Catalogue>();
  readonly #ofSlot = new Map<number, Catalogue>();
  readonly #entriesMax: number;
  readonly #pathBytesMax: number;

  constructor(options: TrackerOptions = {}) {
    const { peerEntriesMax, peerPathBytesMax, seed = 0, ...rest } = options;
    this.#shelf = new Shelf({ seed, ...rest });
    this.#searcher = new Searcher(this.#shelf, {
      peerOf: (slot) => this.#ofSlot.get(slot)?.peer,
      slotOf: (peer) => this.#catalogues.get(peer)?.part.slot ?? 0,
    });
    this.#entriesMax = peerEntriesMax ?? PEER_ENTRIES_MAX;
    this.#pathBytesMax = peerPathBytesMax ?? PEER_PATH_BYTES_MAX;
  }

  /**
   * Takes in a change; answers what is held afterwards, so that the peer can go on from there:
   * less than was sent where revisions are missing in between. Throws E_LIMIT for too many changes.
   */
  applyAnnouncement(announcement: Announcement, nowMs: number): Held {
    const { peer, catalogId, since, revision } = announcement;
    const known = this.#catalogues.get(peer);
    const isNew = known?.catalogId !== catalogId;
    if (isNew && since > 0) return NOT_HELD;
    if (!isNew && (since > known.revision || revision <= known.revision)) return this.held(peer);
    if (known) this.#mayChange(known, announcement, nowMs);
    // Nothing says what is gone since a revision that was forgotten: all is told anew.
    const isAnew = isNew || (since === 0 && known.revision > 0);
    const catalogue = isAnew ? this.#begin(peer, catalogId, known) : known;
    for (const path of announcement.gone) this.#shelf.takeAway(catalogue.part, path);
    for (const entry of announcement.entries) this.#put(catalogue, entry);
    catalogue.revision = revision;
    catalogue.whole = !announcement.more;
    catalogue.heardMs = nowMs;
    const hasRoomAgain = catalogue.whole && announcement.gone.length > 0;
    if (hasRoomAgain && this.#canRefill(catalogue)) this.#refill(catalogue);
    return this.held(peer);
  }

  /** Forgets everything a peer shares, at once. */
  dropPeer(peer: PeerId): void {
    const catalogue = this.#catalogues.get(peer);
    if (!catalogue) return;
    this.#catalogues.delete(peer);
    this.#ofSlot.delete(catalogue.part.slot);
    this.#shelf.leave(catalogue.part);
  }

  /** Up to where a peer's catalogue is held; catalogId null and revision 0 when it is not. */
  held(peer: PeerId): Held {
    const catalogue = this.#catalogues.get(peer);
    if (!catalogue) return NOT_HELD;
    return { catalogId: catalogue.catalogId, revision: catalogue.revision };
  }

  /** Every peer whose catalogue is held. */
  book(): PeerLine[] {
    return Array.from(this.#catalogues.values(), (catalogue) => {
      const { peer, catalogId, revision, whole, leftOut, heardMs, part } = catalogue;
      return { peer, catalogId, revision, whole, leftOut, heardMs, files: part.files };
    });
  }

  /** Contents whose names fit, best first. Throws E_BAD_REQUEST for a query that cannot be understood. */
  search(query: string, limit: number, options: SearchOptions = {}): Found {
    return this.#searcher.search(query, limit, options);
  }

  /** What a whole hash or a prefix of at least 8 hex characters names. Throws E_NOT_FOUND, E_AMBIGUOUS. */
  locate(prefix: string): Located {
    const { contents } = this.#shelf;
    const found = prefix.length < HASH_PREFIX_CHARACTERS_MIN ? [] : contents.startingWith(prefix);
    const held = found
      .map((content) => ({ content, slots: this.#shelf.holdersOf(content) }))
      .filter(({ slots }) => slots.size > 0)
      .sort((a, b) => b.slots.size - a.slots.size || a.content - b.content);
    const [most] = held;
    if (!most) throw new Failure('E_NOT_FOUND', `No peer that is here shares ${prefix}.`);
    const hash = contents.hashOf(most.content);
    if (held.some(({ content }) => contents.hashOf(content) !== hash)) {
      throw this.#ambiguous(prefix, held);
    }
    const claims = held.map(({ content, slots }) => {
      const peers = [...slots].flatMap((slot) => this.#ofSlot.get(slot)?.peer ?? []).sort();
      return { kind: contents.kindOf(content), size: contents.sizeOf(content), peers };
    });
    const [{ peers } = { peers: [] }, ...others] = claims;
    return { hash, ...this.#describe(most.content), peers, others };
  }

  /** Those of the contents that somebody shares: who, and under which names. */
  holders(hashes: readonly FileHash[]): HoldersAnswer['contents'] {
    return hashes.flatMap((hash) => {
      const contents = this.#shelf.contents.withHash(hash);
      const slots = new Set(contents.flatMap((content) => [...this.#shelf.holdersOf(content)]));
      if (slots.size === 0) return [];
      const peers = [...slots].flatMap((slot) => this.#ofSlot.get(slot)?.peer ?? []).sort();
      const names = contents.flatMap((content) => this.#shelf.namesOf(content, NAME_LOOKS));
      return {
        hash,
        names: [...new Set(names)].slice(0, NAMES_MAX),
        peers: peers.slice(0, HOLDERS_NAMED_MAX),
        count: slots.size,
      };
    });
  }

  /**
   * Works on what may wait, in slices: about `steps` names' worth, some microseconds each.
   * True while there is more. To be called when idle; answers are right without it.
   */
  tend(steps: number): boolean {
    return this.#shelf.tend(steps);
  }

  #begin(peer: PeerId, catalogId: CatalogId, before: Catalogue | undefined): Catalogue {
    const heardMs = before?.heardMs ?? 0;
    this.dropPeer(peer);
    const part = this.#shelf.open();
    const fresh = { revision: 0, whole: false, leftOut: 0, heardMs };
    const catalogue: Catalogue = { peer, catalogId, part, ...fresh, changes: before?.changes };
    this.#catalogues.set(peer, catalogue);
    this.#ofSlot.set(part.slot, catalogue);
    return catalogue;
  }

  #put(catalogue: Catalogue, entry: Announcement['entries'][number]): void {
    const { part } = catalogue;
    const isFull =
      part.rows.size >= this.#entriesMax || part.pathBytes + entry.path.length > this.#pathBytesMax;
    // What is known is always brought up to date: a stale hash would send others to a content that is gone.
    if (!isFull || this.#shelf.holds(part, entry.path)) this.#shelf.put(part, entry);
    else catalogue.leftOut += 1;
  }

  #canRefill({ leftOut, part }: Catalogue): boolean {
    const wanted = Math.min(leftOut, Math.ceil(this.#entriesMax * REFILL_SHARE));
    return (
      wanted > 0 &&
      part.rows.size + wanted <= this.#entriesMax &&
      part.pathBytes <= this.#pathBytesMax * (1 - REFILL_SHARE)
    );
  }

  /**
   * Asks for the whole catalogue again, on top of what is held: what is known already changes nothing. What goes
   * meanwhile has a later revision than any entry that is held, so it comes after them.
   */
  #refill(catalogue: Catalogue): void {
    catalogue.revision = 0;
    catalogue.whole = false;
    catalogue.leftOut = 0;
  }

  /** Throws E_LIMIT when small changes come faster than they may. */
  #mayChange(catalogue: Catalogue, { entries, gone }: Announcement, nowMs: number): void {
    if (entries.length + gone.length >= BULK_LINES_MIN) return;
    // The bucket has a clock of its own: a large part in between costs nothing and loses nothing that was earned.
    catalogue.changes = refilled(catalogue.changes, CHANGE_RATE, nowMs);
    if (!spend(catalogue.changes)) {
      const sentence = `Peer ${catalogue.peer} announces more than ${CHANGES_PER_SECOND_MAX} changes a second; put them together.`;
      throw new Failure('E_LIMIT', sentence);
    }
  }

  #describe(content: number): Pick<Located, 'kind' | 'name' | 'size'> {
    const { contents } = this.#shelf;
    const name = this.#shelf.nameOf(content, NAME_LOOKS_MAX);
    return { kind: contents.kindOf(content), name, size: contents.sizeOf(content) };
  }

  #ambiguous(prefix: string, held: readonly { content: number }[]): Failure {
    const { contents } = this.#shelf;
    const list = held
      .slice(0, CANDIDATES_LISTED_MAX)
      .map(
        ({ content }) =>
          `${contents.hashOf(content)} (${this.#describe(content).name.slice(0, 60)})`,
      )
      .join(', ');
    const more = held.length > CANDIDATES_LISTED_MAX ? ', and others' : '';
    const sentence = `${prefix} begins ${held.length} hashes: ${list}${more}. Type more of it.`;
    return new Failure('E_AMBIGUOUS', sentence);
  }
}
