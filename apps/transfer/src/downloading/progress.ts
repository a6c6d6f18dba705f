/** The progress of a download, published at most a few times per second and at each change of state. */
import { DOWNLOAD_NOTES_MAX, type Download, RELAYS_MAX } from '@iwanto/bus';
import { type FailureWords, type PeerId, SENTENCE_CHARACTERS_MAX } from '@iwanto/wire';

/** The least time between two news of progress, in ms. */
const TELL_MS = 200;
/** The rate covers this much time before now, in ms, so that a stall shows after as long. */
const RATE_WINDOW_MS = 2_000;
/** The window is no shorter than this, so that the first moments are meaningful. */
const RATE_WINDOW_MIN_MS = 200;

export class Progress {
  #view: Download;
  readonly #startedMs: number;
  readonly #givenBy = new Map<PeerId, number>();
  /** Who relayed a part of it. */
  readonly #relays = new Set<PeerId>();
  #toldMs: number;
  #toldBytes = -1;
  /** What had arrived when, oldest first. */
  readonly #marks: { readonly atMs: number; readonly bytes: number }[];
  /** Bytes that were already there and did not arrive. */
  #foundBytes = 0;
  /** What is known to be there, found or fetched. */
  #countedBytes = 0;
  /** What an earlier run had, as it recorded: shown until all of it is checked, because that takes a while. */
  #claimedBytes: number;

  constructor(
    view: Omit<
      Download,
      'revision' | 'bytesPerSecond' | 'seconds' | 'sources' | 'failure' | 'notes'
    >,
    private readonly nowMs: () => number,
    private readonly tell: (view: Download) => void,
  ) {
    this.#startedMs = this.#toldMs = nowMs();
    this.#claimedBytes = view.bytesDone;
    this.#marks = [{ atMs: this.#startedMs, bytes: 0 }];
    const rest = {
      revision: 0,
      bytesPerSecond: 0,
      seconds: 0,
      sources: 0,
      failure: null,
      notes: [],
    };
    this.#view = { ...view, ...rest };
  }

  get current(): Download {
    return this.#view;
  }

  /** A change that is published immediately. */
  change(change: Partial<Pick<Download, 'state' | 'bytes' | 'files' | 'path' | 'name'>>): void {
    Object.assign(this.#view, change);
    this.#say();
  }

  /** A sentence for the user, shown immediately. */
  note(sentence: string): void {
    const { notes } = this.#view;
    if (notes.length >= DOWNLOAD_NOTES_MAX || notes.includes(sentence)) return;
    this.#view.notes = [...notes, sentence.slice(0, SENTENCE_CHARACTERS_MAX)];
    this.#say();
  }

  /** Who sent how much. */
  get givenBy(): { peer: PeerId; bytes: number }[] {
    return [...this.#givenBy].map(([peer, bytes]) => ({ peer, bytes }));
  }

  /** The end, published immediately; the rate is that of everything that arrived in this run. */
  end(state: 'done' | 'failed' | 'cancelled' | 'paused', failure: FailureWords | null): void {
    Object.assign(this.#view, { state, failure });
    const { seconds } = this.#timed();
    const arrived = this.#countedBytes - this.#foundBytes;
    const bytesPerSecond = seconds > 0 ? arrived / seconds : 0;
    this.#view = { ...this.#view, bytesPerSecond };
    this.#say();
  }

  /** Bytes that need not be fetched because they are already there. */
  found(bytes: number): void {
    this.#foundBytes += bytes;
    this.#count(bytes);
  }

  fetched(bytes: number, from: PeerId): void {
    this.#givenBy.set(from, (this.#givenBy.get(from) ?? 0) + bytes);
    this.#count(bytes);
  }

  /** Everything that an earlier run left was found by now. */
  checked(): void {
    this.#claimedBytes = 0;
    this.#count(0);
  }

  /** That peer relays between a source and this host. */
  relayed(relay: PeerId | undefined): void {
    if (relay !== undefined && this.#relays.size < RELAYS_MAX) this.#relays.add(relay);
  }

  filesDone(filesDone: number): void {
    this.#view.filesDone = filesDone;
  }

  /** Called periodically: publishes what arrived since the last news, even if nothing arrives any more. */
  beat(): void {
    if (this.#view.bytesDone === this.#toldBytes && this.#view.bytesPerSecond === 0) return;
    this.#sayInTime();
  }

  #count(bytes: number): void {
    this.#countedBytes += bytes;
    this.#view.bytesDone = Math.max(this.#countedBytes, this.#claimedBytes);
    this.#sayInTime();
  }

  #sayInTime(): void {
    if (this.nowMs() - this.#toldMs < TELL_MS) return;
    this.#measure();
    this.#say();
  }

  /** Bytes of the last moments, without anything from before. */
  #measure(): void {
    const nowMs = this.nowMs();
    const arrived = this.#countedBytes - this.#foundBytes;
    this.#marks.push({ atMs: nowMs, bytes: arrived });
    while ((this.#marks[1]?.atMs ?? Infinity) <= nowMs - RATE_WINDOW_MS) this.#marks.shift();
    const oldest = this.#marks[0] ?? { atMs: nowMs, bytes: arrived };
    const lastedMs = Math.max(nowMs - oldest.atMs, RATE_WINDOW_MIN_MS);
    this.#view.bytesPerSecond = ((arrived - oldest.bytes) * 1_000) / lastedMs;
  }

  #timed(): Download {
    return { ...this.#view, seconds: (this.nowMs() - this.#startedMs) / 1_000 };
  }

  #say(): void {
    this.#toldMs = this.nowMs();
    const { revision, bytesDone } = this.#view;
    this.#toldBytes = bytesDone;
    const relays = this.#relays.size > 0 ? { relays: [...this.#relays] } : {};
    const sources = this.#givenBy.size;
    this.#view = { ...this.#timed(), revision: revision + 1, sources, ...relays };
    this.tell(this.#view);
  }
}
