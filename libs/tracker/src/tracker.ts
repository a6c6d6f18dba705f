/** The leader's book: applies what peers announce, forgets peers, and answers search and locate. */
import {
  type Announcement,
  type CatalogId,
  type CatalogueEntry,
  Failure,
  type FileHash,
  HASH_PREFIX_CHARACTERS_MIN,
  type Kind,
  type PeerId,
  type SearchResult,
} from '@iwanto/wire';
import MiniSearch from 'minisearch';
import { wordsOf } from './words.js';

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
  /** When the peer last announced a change, on the caller's clock. */
  readonly heardMs: number;
}

export interface Found {
  readonly results: SearchResult[];
  /** How many contents fit, shown or not. */
  readonly total: number;
}

/** What a hash names, and who holds it. */
export interface Located {
  readonly hash: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly size: number;
  readonly peers: PeerId[];
}

interface PeerBook {
  catalogId: CatalogId;
  revision: number;
  whole: boolean;
  files: number;
  heardMs: number;
  readonly entries: Map<string, CatalogueEntry>;
}

interface Content {
  readonly id: number;
  readonly hash: FileHash;
  readonly kind: Kind;
  readonly size: number;
  readonly holders: Map<PeerId, number>;
  readonly paths: Map<string, number>;
}

const NOTHING: Held = { catalogId: null, revision: 0 };
const keyOf = (entry: CatalogueEntry) => `${entry.hash}${entry.kind}${entry.size}`;
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function countUp<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

export class Tracker {
  readonly #peers = new Map<PeerId, PeerBook>();
  readonly #contents = new Map<string, Content>();
  readonly #byId = new Map<number, Content>();
  #nextId = 1;
  readonly #words = new MiniSearch<{ id: number; name: string }>({
    fields: ['name'],
    tokenize: wordsOf,
    processTerm: (term) => term,
    autoVacuum: false,
  });

  /** Takes in a change; answers what is held afterwards, so that the peer can go on from there. */
  applyAnnouncement(announcement: Announcement, nowMs: number): Held {
    const { peer, catalogId, since, revision } = announcement;
    if (this.#peers.get(peer)?.catalogId !== catalogId) this.dropPeer(peer);
    const held = this.held(peer);
    const isNew = held.catalogId === null;
    if (since > held.revision || (revision <= held.revision && !isNew)) return held;
    const book = this.#peers.get(peer) ?? {
      catalogId,
      revision,
      whole: false,
      files: 0,
      heardMs: nowMs,
      entries: new Map<string, CatalogueEntry>(),
    };
    this.#peers.set(peer, book);
    for (const path of announcement.gone) this.#remove(peer, book, path);
    for (const entry of announcement.entries) this.#add(peer, book, entry);
    book.revision = revision;
    book.whole = !announcement.more;
    book.heardMs = nowMs;
    return this.held(peer);
  }

  /** Forgets everything a peer shares. */
  dropPeer(peer: PeerId): void {
    const book = this.#peers.get(peer);
    if (!book) return;
    for (const path of [...book.entries.keys()]) this.#remove(peer, book, path);
    this.#peers.delete(peer);
  }

  /** Up to where a peer's catalogue is held; catalogId null and revision 0 when it is not. */
  held(peer: PeerId): Held {
    const book = this.#peers.get(peer);
    return book ? { catalogId: book.catalogId, revision: book.revision } : NOTHING;
  }

  /** Every peer whose catalogue is held. */
  book(): PeerLine[] {
    return [...this.#peers].map(([peer, { catalogId, revision, files, whole, heardMs }]) => {
      return { peer, catalogId, revision, files, whole, heardMs };
    });
  }

  /** Contents whose names fit, best first. */
  search(query: string, limit: number): Found {
    const hits = this.#words.search(query, { combineWith: 'AND', prefix: true, fuzzy: 0.2 });
    const best = hits[0]?.score ?? 1;
    const results = hits.slice(0, limit).flatMap((hit) => {
      const content = this.#byId.get(hit.id as number);
      if (!content) return [];
      const { hash, kind, size, holders } = content;
      const name = this.#nameOf(content);
      return [{ hash, kind, name, size, peers: holders.size, score: hit.score / best }];
    });
    return { results, total: hits.length };
  }

  /** What a whole hash or a prefix of at least 8 hex characters names. Throws E_NOT_FOUND, E_AMBIGUOUS. */
  locate(prefix: string): Located {
    const fits = [...this.#contents.values()].filter(({ hash }) => hash.startsWith(prefix));
    const [found] = fits.sort((a, b) => b.holders.size - a.holders.size);
    if (!found || prefix.length < HASH_PREFIX_CHARACTERS_MIN) {
      throw new Failure('E_NOT_FOUND', `No peer shares ${prefix}.`);
    }
    const hashes = new Set(fits.map(({ hash }) => hash));
    if (hashes.size > 1) {
      const list = [...hashes].slice(0, 8).join(', ');
      throw new Failure('E_AMBIGUOUS', `${prefix} fits ${hashes.size} contents: ${list}.`);
    }
    const { hash, kind, size, holders } = found;
    return { hash, kind, size, name: this.#nameOf(found), peers: [...holders.keys()] };
  }

  #nameOf(content: Content): string {
    const [path] = content.paths.keys();
    return nameOf(path ?? '');
  }

  #add(peer: PeerId, book: PeerBook, entry: CatalogueEntry): void {
    this.#remove(peer, book, entry.path);
    const key = keyOf(entry);
    const known = this.#contents.get(key);
    const content = known ?? {
      id: this.#nextId++,
      hash: entry.hash,
      kind: entry.kind,
      size: entry.size,
      holders: new Map<PeerId, number>(),
      paths: new Map<string, number>(),
    };
    this.#contents.set(key, content);
    this.#byId.set(content.id, content);
    this.#rename(content, () => {
      countUp(content.holders, peer, 1);
      countUp(content.paths, entry.path, 1);
    });
    book.entries.set(entry.path, entry);
    if (entry.kind === 'file') book.files += 1;
  }

  #remove(peer: PeerId, book: PeerBook, path: string): void {
    const entry = book.entries.get(path);
    const content = entry && this.#contents.get(keyOf(entry));
    if (!content) return;
    this.#rename(content, () => {
      countUp(content.holders, peer, -1);
      countUp(content.paths, path, -1);
    });
    book.entries.delete(path);
    if (entry.kind === 'file') book.files -= 1;
    if (content.holders.size > 0) return;
    this.#contents.delete(keyOf(entry));
    this.#byId.delete(content.id);
  }

  /** Keeps the word index in step with the names of a content. */
  #rename(content: Content, change: () => void): void {
    const text = () => [...new Set([...content.paths.keys()].map(nameOf))].join(' ');
    const before = text();
    change();
    const after = text();
    if (before === after) return;
    if (before !== '') this.#words.remove({ id: content.id, name: before });
    if (after !== '') this.#words.add({ id: content.id, name: after });
  }
}
