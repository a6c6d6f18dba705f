/** What is being sent to others: bytes and rate of each content over the last seconds. */
import type { FileHash } from '@iwanto/wire';

/** A content that nobody has asked for this long is no longer being sent, in ms. */
const QUIET_MS = 5_000;
/** A rate covers about this long, in ms. */
const RATE_MS = 2_000;
/** Contents that are told apart; more are counted in the sum only. */
const CONTENTS_MAX = 64;

interface Flow {
  bytes: number;
  lastMs: number;
  /** Bytes of the present span and of the one before it. */
  spanBytes: number;
  spanFromMs: number;
  bytesPerSecond: number;
}

export interface Upload {
  readonly hash: FileHash;
  readonly bytes: number;
  readonly bytesPerSecond: number;
}

export class Uploads {
  bytesSent = 0;
  readonly #flows = new Map<FileHash, Flow>();

  constructor(private readonly nowMs: () => number) {}

  note(hash: FileHash, bytes: number): void {
    const nowMs = this.nowMs();
    this.bytesSent += bytes;
    const flow = this.#flows.get(hash) ?? this.#begin(hash, nowMs);
    if (!flow) return;
    flow.bytes += bytes;
    flow.spanBytes += bytes;
    flow.lastMs = nowMs;
    const spanMs = nowMs - flow.spanFromMs;
    if (spanMs < RATE_MS) return;
    flow.bytesPerSecond = (flow.spanBytes * 1_000) / spanMs;
    flow.spanBytes = 0;
    flow.spanFromMs = nowMs;
  }

  /** Those under way, the fastest first. */
  list(): Upload[] {
    this.#forgetQuiet();
    return [...this.#flows]
      .map(([hash, { bytes, bytesPerSecond }]) => ({ hash, bytes, bytesPerSecond }))
      .sort((a, b) => b.bytesPerSecond - a.bytesPerSecond);
  }

  #begin(hash: FileHash, nowMs: number): Flow | undefined {
    if (this.#flows.size >= CONTENTS_MAX) this.#forgetQuiet();
    if (this.#flows.size >= CONTENTS_MAX) return undefined;
    const flow = { bytes: 0, lastMs: nowMs, spanBytes: 0, spanFromMs: nowMs, bytesPerSecond: 0 };
    this.#flows.set(hash, flow);
    return flow;
  }

  #forgetQuiet(): void {
    const sinceMs = this.nowMs() - QUIET_MS;
    for (const [hash, { lastMs }] of this.#flows) if (lastMs < sinceMs) this.#flows.delete(hash);
  }
}
