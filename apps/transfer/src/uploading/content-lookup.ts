/** What the local indexer knows about a content: asked in batches, cached until the catalogue changes. */
import { BUS_BYTES_MAX, type Bus, CONTENTS_MAX, type Content } from '@iwanto/bus';
import { type FileHash, asFailure, setRecent } from '@iwanto/wire';

/** Contents remembered at the same time; the ones used longest ago are forgotten. */
const CONTENTS_KEPT_MAX = 20_000;
/** An answer is trusted this long even without news, in ms. */
const KEPT_MS = 5_000;
/** Bytes of digests and manifests remembered. */
const BYTES_KEPT_MAX = 33_554_432;
const DIGEST_BYTES = 32;

type Waiter = {
  readonly resolve: (content: Content | undefined) => void;
  readonly reject: (cause: unknown) => void;
};

interface Kept {
  readonly content: Content | undefined;
  readonly untilMs: number;
}

export class ContentLookup {
  readonly #kept = new Map<FileHash, Kept>();
  readonly #waiting = new Map<FileHash, Waiter[]>();
  readonly #bytes = new Map<string, Promise<Uint8Array>>();
  #bytesKept = 0;
  #catalogueRevision = -1;

  constructor(
    private readonly bus: Pick<Bus, 'call'>,
    private readonly nowMs: () => number,
  ) {}

  /** What was unshared must not be served a moment longer (HOSTILE 39). */
  catalogueChanged(revision: number): void {
    if (revision === this.#catalogueRevision) return;
    this.#catalogueRevision = revision;
    this.#forgetAll();
  }

  forget(hash: FileHash): void {
    this.#kept.delete(hash);
  }

  /** A file differs from the catalogue: asked about it, the indexer checks it immediately. */
  lookAgain(hash: FileHash): void {
    this.forget(hash);
    // Whoever needs the answer asks for it; without an indexer there is nothing to be brought up to date.
    this.find(hash).catch(() => this.forget(hash));
  }

  /** The content, or undefined if this host does not share it. Rejects when the indexer does not answer. */
  find(hash: FileHash): Promise<Content | undefined> {
    const known = this.#kept.get(hash);
    if (known && known.untilMs > this.nowMs()) return Promise.resolve(known.content);
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) setImmediate(() => this.#askWaiting());
      const waiters = this.#waiting.get(hash);
      if (waiters) waiters.push({ resolve, reject });
      else this.#waiting.set(hash, [{ resolve, reject }]);
    });
  }

  /** Where a shared file of this content is. */
  async fileOf(hash: FileHash): Promise<string | undefined> {
    const content = await this.find(hash);
    return content?.kind === 'file' ? content.path : undefined;
  }

  /** Digests of pieces `first` to `first + count - 1` of a shared file, one after the other. */
  async digests(hash: FileHash, first: number, count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    const most = BUS_BYTES_MAX / DIGEST_BYTES;
    for (let at = first; at < first + count; at += most) {
      const question = { hash, first: at, count: Math.min(most, first + count - at) };
      parts.push((await this.bus.call('content.digests', question)).digests);
    }
    return parts.length === 1 && parts[0] ? parts[0] : joined(parts);
  }

  /** Up to `count` bytes of a shared directory's manifest from `offset` on. */
  async manifest(hash: FileHash, offset: number, count: number): Promise<Uint8Array> {
    const key = `${hash} ${offset}`;
    const known = this.#bytes.get(key) ?? this.#fetchManifest(hash, offset, count);
    this.#bytes.set(key, known);
    known.then(
      () => undefined,
      () => this.#bytes.delete(key),
    );
    return known;
  }

  async #fetchManifest(hash: FileHash, offset: number, count: number) {
    const parts: Uint8Array[] = [];
    let have = 0;
    while (have < count) {
      const answer = await this.bus.call('content.manifest', { hash, offset: offset + have });
      const part = answer.bytes.subarray(0, count - have);
      parts.push(part);
      have += part.length;
      if (part.length === 0 || offset + have >= answer.manifestBytes) break;
    }
    this.#bytesKept += have;
    if (this.#bytesKept > BYTES_KEPT_MAX) this.#forgetBytes();
    return joined(parts);
  }

  #askWaiting(): void {
    const asked = new Map(this.#waiting);
    this.#waiting.clear();
    const hashes = [...asked.keys()];
    for (let at = 0; at < hashes.length; at += CONTENTS_MAX) {
      void this.#askBatch(hashes.slice(at, at + CONTENTS_MAX), asked);
    }
  }

  async #askBatch(hashes: FileHash[], asked: Map<FileHash, Waiter[]>): Promise<void> {
    try {
      const { contents } = await this.bus.call('content.find', { hashes });
      const found = new Map(contents.map((content) => [content.hash, content]));
      for (const hash of hashes) {
        const content = found.get(hash);
        this.#keep(hash, content);
        for (const { resolve } of asked.get(hash) ?? []) resolve(content);
      }
    } catch (cause) {
      const failure = asFailure(cause);
      for (const hash of hashes) {
        for (const { reject } of asked.get(hash) ?? []) reject(failure);
      }
    }
  }

  #keep(hash: FileHash, content: Content | undefined): void {
    const kept = { content, untilMs: this.nowMs() + KEPT_MS };
    setRecent(this.#kept, [hash, kept], CONTENTS_KEPT_MAX);
  }

  #forgetAll(): void {
    this.#kept.clear();
    this.#forgetBytes();
  }

  #forgetBytes(): void {
    this.#bytes.clear();
    this.#bytesKept = 0;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
