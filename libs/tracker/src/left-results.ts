/** What departed peers had: shown below what is online, and never counted. */
import type { PeerId, SearchResult, WorkTurns } from '@iwanto/wire';
import { Collector, type SeenContents } from './collector.js';
import type { Row } from './holdings.js';
import { type Shown, present } from './present.js';
import type { Found, SlotBook } from './search.js';
import type { Shelf } from './shelf.js';

/** Contents of departed peers whose names are compared. */
const COMPARED_MAX = 120;
const MS_PER_SECOND = 1_000;

export interface LeftOptions {
  readonly shelf: Shelf;
  readonly book: SlotBook;
  readonly tests: readonly ((row: Row) => boolean)[];
  readonly seen: SeenContents;
  readonly nowMs: number;
}

export class LeftResults {
  #shown: readonly Shown[] = [];

  constructor(private readonly options: LeftOptions) {}

  /** Adds what departed peers had under these names, unless closer names were added already. */
  *look(nodes: Uint32Array, rank: (collected: Collector) => WorkTurns<Shown[]>): WorkTurns<void> {
    if (this.#shown.length > 0) return;
    const { shelf, tests, seen } = this.options;
    const isGone = ({ content }: Row) => !shelf.here.holds(content);
    const collector = new Collector({
      ...{ seen, holdings: shelf.left, lastContent: shelf.contents.last },
      tests: [...tests, isGone],
      keep: COMPARED_MAX,
    });
    this.#shown = yield* rank(yield* collector.addAll(nodes));
  }

  /** The results that are online, then these, up to the limit: merely similar names give way. */
  *below(found: Found, limit: number): WorkTurns<Found> {
    if (this.#shown.length === 0) return found;
    const here = found.similar ? [] : found.results;
    const left = yield* this.#present(limit - here.length, here.length);
    const results = [...here, ...left];
    return found.similar ? { ...found, results, total: 0, similar: false } : { ...found, results };
  }

  *#present(limit: number, after: number): WorkTurns<SearchResult[]> {
    if (limit <= 0) return [];
    const { shelf, book } = this.options;
    const holdings = shelf.left;
    const { peerOf } = book;
    const results = yield* present(shelf, this.#shown, {
      ...{ limit, sort: 'fit', similar: false, peerOf, holdings },
    });
    return results.map((result) => {
      const { peers, ...where } = result.where;
      const seen = { secondsAgo: this.#secondsSince(peers), peers };
      const group = result.group + after;
      return { ...result, peers: 0, group, where: { ...where, peers: [] }, seen };
    });
  }

  /** Since the last of these peers left. */
  #secondsSince(peers: readonly { readonly peer: PeerId }[]): number {
    const { book, nowMs } = this.options;
    const lastMs = Math.max(0, ...peers.map(({ peer }) => book.leftMsOf(book.slotOf(peer))));
    return Math.max(0, Math.round((nowMs - lastMs) / MS_PER_SECOND));
  }
}
