/** What this host showed its user: a hash typed afterwards means that, under the name it was shown. */
import { type SearchResult, setRecent } from '@iwanto/wire';

/** Contents remembered; those shown longest ago are forgotten first. */
const SHOWN_MAX = 20_000;

export class ShownContents {
  /** Names by whole hash, in the order in which they were shown last. */
  readonly #names = new Map<string, string>();

  note({ results }: { results: readonly Pick<SearchResult, 'hash' | 'name'>[] }): void {
    // The best come last, so that they are kept longest.
    for (const { hash, name } of results.toReversed()) {
      setRecent(this.#names, [hash, name], SHOWN_MAX);
    }
  }

  nameOf(hash: string): string | undefined {
    return this.#names.get(hash);
  }

  /** The whole hash where what was typed fits a single one that was shown; otherwise what was typed. */
  meant(typed: string): string {
    const fitting: string[] = [];
    for (const hash of this.#names.keys()) if (hash.startsWith(typed)) fitting.push(hash);
    return fitting.length === 1 ? fitting[0]! : typed;
  }
}
