/** The log lines of uploads: each peer that started to fetch a content from here, and what it was sent. */
import { type FileHash, type PeerId, forgetOldest } from '@iwanto/wire';

/** A peer that asks for nothing for this long has finished, in ms. */
const QUIET_MS = 10_000;
/** Peers and contents that are told apart. */
const PAIRS_MAX = 1_024;

interface Sending {
  readonly peer: PeerId;
  readonly root: FileHash;
  readonly sinceMs: number;
  lastMs: number;
  bytes: number;
}

export interface UploadLogOptions {
  readonly nowMs: () => number;
  readonly info: (sentence: string) => void;
}

export class UploadLog {
  readonly #sendings = new Map<string, Sending>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: UploadLogOptions) {}

  /** Bytes of a content were sent to a peer. */
  sent(peer: PeerId, root: FileHash, bytes: number): void {
    const key = `${peer} ${root}`;
    const sending = this.#sendings.get(key) ?? this.#begin(key, peer, root);
    sending.bytes += bytes;
    sending.lastMs = this.options.nowMs();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const sending of this.#sendings.values()) this.#end(sending);
    this.#sendings.clear();
  }

  #begin(key: string, peer: PeerId, root: FileHash): Sending {
    const nowMs = this.options.nowMs();
    const sending = { peer, root, sinceMs: nowMs, lastMs: nowMs, bytes: 0 };
    const oldest = this.#sendings.size >= PAIRS_MAX ? forgetOldest(this.#sendings) : undefined;
    if (oldest) this.#end(oldest[1]);
    this.#sendings.set(key, sending);
    this.options.info(`Peer ${peer} started to fetch ${root}.`);
    this.#watch();
    return sending;
  }

  /** Runs only while something is being sent. */
  #watch(): void {
    if (this.#timer || this.#sendings.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#endQuiet();
      this.#watch();
    }, QUIET_MS);
    this.#timer.unref();
  }

  #endQuiet(): void {
    const beforeMs = this.options.nowMs() - QUIET_MS;
    for (const [key, sending] of this.#sendings) {
      if (sending.lastMs > beforeMs) continue;
      this.#sendings.delete(key);
      this.#end(sending);
    }
  }

  #end({ peer, root, bytes, sinceMs, lastMs }: Sending): void {
    const seconds = ((lastMs - sinceMs) / 1_000).toFixed(1);
    this.options.info(`Peer ${peer} was sent ${bytes} bytes of ${root} in ${seconds} s.`);
  }
}
