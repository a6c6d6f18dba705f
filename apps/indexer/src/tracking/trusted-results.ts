/** Merges a tracker's answer with what it finds at trusted peers alone: they get up to half of the results (HOSTILE 240). */
import type { PeerId, SearchAnswer, SearchQuestion, SearchResult } from '@iwanto/wire';
import { RESULT_ORDER, regrouped } from './result-order.js';

/** Scores closer than this are equal, as for the tracker. */
const SCORE_STEP = 0.004;

/** True if others may have crowded out a trusted peer: not all that fits is shown, or not all who have it are named. */
export function isCut({ results, total, totalIsLeast, similar }: SearchAnswer): boolean {
  if (similar) return false;
  const here = results.filter(({ seen }) => seen === undefined);
  const hasMoreHolders = here.some(({ peers, where }) => peers > where.peers.length);
  return totalIsLeast || total > here.length || hasMoreHolders;
}

interface Room {
  readonly question: Pick<SearchQuestion, 'limit' | 'sort'>;
  readonly isTrusted: (peer: PeerId) => boolean;
}

export function withTrusted(room: Room, all: SearchAnswer, ofTrusted: SearchAnswer): SearchAnswer {
  const isTheirs = ({ where }: SearchResult) =>
    where.peers.some(({ peer }) => room.isTrusted(peer));
  const theirs = ofTrusted.similar ? [] : ofTrusted.results.filter(isTheirs);
  const byHash = new Map(theirs.map((result) => [result.hash, result]));
  const rows = new Rows({ ...room, isTheirs }, all.results);
  for (const row of all.results) {
    const peers = byHash.get(row.hash)?.where.peers ?? row.where.peers;
    rows.keep({ ...row, where: { ...row.where, peers } });
    byHash.delete(row.hash);
  }
  for (const row of byHash.values()) rows.add(row);
  const results = regrouped(rows.first(), all.results);
  const here = results.filter(({ seen }) => seen === undefined).length;
  return { ...all, results, total: Math.max(all.total, here) };
}

interface RowsRoom extends Room {
  readonly isTheirs: (row: SearchResult) => boolean;
}

class Rows {
  readonly #rows: SearchResult[] = [];
  /** Rows that are shown below another one, as its folder or its subtitles. */
  readonly #followers: ReadonlySet<string>;
  readonly #groupsOfMore: ReadonlySet<number>;

  constructor(
    private readonly room: RowsRoom,
    before: readonly SearchResult[],
  ) {
    const followers = before.filter(({ group }, at) => group !== at);
    this.#followers = new Set(followers.map(({ hash }) => hash));
    this.#groupsOfMore = new Set(followers.map(({ group }) => group));
  }

  /** One more row of the tracker's order. A trusted peer's comes before those of others that equal it. */
  keep(row: SearchResult): void {
    const mayRise = this.room.isTheirs(row) && !this.#groupsOfMore.has(row.group);
    const at = mayRise ? this.#placeOf((other) => this.#givesWay(other, row)) : this.#rows.length;
    this.#rows.splice(at, 0, row);
  }

  /** A trusted peer's row that the tracker's order did not reach. */
  add(row: SearchResult): void {
    const { sort = 'fit' } = this.room.question;
    const isBehind = (other: SearchResult) =>
      other.seen !== undefined || RESULT_ORDER[sort](row, other) < 0;
    const at = this.#placeOf((other) => this.#givesWay(other, row) || isBehind(other));
    this.#rows.splice(at, 0, row);
  }

  /** The best, of which up to half are kept for trusted peers. */
  first(): SearchResult[] {
    const { question, isTheirs } = this.room;
    const kept = new Set(this.#rows.filter(isTheirs).slice(0, Math.floor(question.limit / 2)));
    let free = question.limit - kept.size;
    return this.#rows.filter((row) => {
      if (kept.has(row)) return true;
      free -= 1;
      return free >= 0;
    });
  }

  #placeOf(isIt: (other: SearchResult) => boolean): number {
    const at = this.#rows.findIndex((other) => !this.#followers.has(other.hash) && isIt(other));
    return at < 0 ? this.#rows.length : at;
  }

  /** A row of others that fits equally well. Of different kinds, what a person means comes first. */
  #givesWay(other: SearchResult, row: SearchResult): boolean {
    if (this.room.isTheirs(other) || other.seen !== undefined) return false;
    if (row.kind !== other.kind || endOf(row) !== endOf(other)) return false;
    const { sort = 'fit' } = this.room.question;
    if (sort === 'fit') return Math.abs(row.score - other.score) < SCORE_STEP;
    return RESULT_ORDER[sort](row, other) === 0;
  }
}

const endOf = ({ name }: SearchResult) => /\.[^.]*$/.exec(name)?.[0].toLowerCase();
