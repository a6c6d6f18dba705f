/** What peers announced lately, in order: wants of other hosts are answered from it without a search. */
import { randomBytes } from 'node:crypto';
import {
  ADDED_ENTRIES_MAX,
  type AddedAnswer,
  type AddedEntry,
  type CatalogueEntry,
} from '@iwanto/wire';

/** Entries kept: a peer that asks too rarely to see all of them has to search. */
const KEPT_MAX = 20_000;
/** What the paths of one answer may take, so that it fits a message of 1 MiB. */
const ANSWER_BYTES_MAX = 700_000;

const newId = () => randomBytes(8).toString('hex');

export class Additions {
  /** Each tracker counts from a start of its own. */
  id = newId();
  #entries: AddedEntry[] = [];
  /** The number of the first entry that is kept. */
  #first = 0;

  /** More was added than is listed one by one: whoever asks has to search. */
  lose(): void {
    this.id = newId();
    this.#first += this.#entries.length;
    this.#entries = [];
  }

  note(entries: readonly CatalogueEntry[]): void {
    for (const { path, kind, hash, size } of entries)
      this.#entries.push({ path, kind, hash, size });
    // Dropped in large steps: dropping one by one would move the whole array each time.
    if (this.#entries.length <= KEPT_MAX * 2) return;
    const dropped = this.#entries.length - KEPT_MAX;
    this.#entries = this.#entries.slice(dropped);
    this.#first += dropped;
  }

  /** What was added after `since` in the tracker `id`; `lost` if that is no longer known. */
  since(id: string, since: number): AddedAnswer {
    const end = this.#first + this.#entries.length;
    const lost = id !== this.id || since < this.#first || since > end;
    if (lost) return { id: this.id, next: end, entries: [], lost: true };
    const entries = fitting(this.#entries.slice(since - this.#first).slice(0, ADDED_ENTRIES_MAX));
    return { id: this.id, next: since + entries.length, entries, lost: false };
  }
}

/** As many as one message holds, one at least. */
function fitting(entries: readonly AddedEntry[]): AddedEntry[] {
  let bytes = 0;
  const end = entries.findIndex(({ path }, at) => {
    bytes += 140 + Buffer.byteLength(path);
    return bytes > ANSWER_BYTES_MAX && at > 0;
  });
  return end < 0 ? [...entries] : entries.slice(0, end);
}
