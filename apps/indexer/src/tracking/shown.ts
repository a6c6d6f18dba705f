/** What this host showed its user: a hash typed afterwards means that content, under the name that was shown. */
import { type SearchResult, setRecent } from '@iwanto/wire';

/** Contents remembered; those shown longest ago are forgotten first. */
const SHOWN_MAX = 20_000;

const MS_PER_SECOND = 1_000;

type ShownResult = Pick<SearchResult, 'hash' | 'name' | 'seen'>;

interface Shown {
  readonly name: string;
  /** Only if no peer that was online had it: which peers had, and when the last of them left. */
  readonly left?: { readonly names: readonly string[]; readonly leftMs: number };
}

export class ShownContents {
  /** By whole hash, in the order in which they were last shown. */
  readonly #shown = new Map<string, Shown>();

  constructor(private readonly nowMs: () => number) {}

  note({ results }: { results: readonly ShownResult[] }): void {
    // The best come last, so that they are kept longest.
    for (const { hash, name, seen } of results.toReversed()) {
      const left = seen && {
        names: seen.peers.map((peer) => peer.name || peer.peer),
        leftMs: this.nowMs() - seen.secondsAgo * MS_PER_SECOND,
      };
      setRecent(this.#shown, [hash, { name, ...(left && { left }) }], SHOWN_MAX);
    }
  }

  forget(hash: string): void {
    this.#shown.delete(hash);
  }

  nameOf(hash: string): string | undefined {
    return this.#shown.get(hash)?.name;
  }

  /** Which peers were shown as having had it, and how many seconds ago the last of them left; undefined for none. */
  leftOf(hash: string): { names: readonly string[]; secondsAgo: number } | undefined {
    const { left } = this.#shown.get(hash) ?? {};
    return left && { names: left.names, secondsAgo: (this.nowMs() - left.leftMs) / MS_PER_SECOND };
  }

  /** The whole hash if what was typed matches exactly one that was shown; otherwise what was typed. */
  meant(typed: string): string {
    const fitting: string[] = [];
    for (const hash of this.#shown.keys()) if (hash.startsWith(typed)) fitting.push(hash);
    return fitting.length === 1 ? fitting[0]! : typed;
  }
}
