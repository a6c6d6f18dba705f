/** The state machine of a download: which piece from which source, retry, blame, end game. */
import type { PeerId, Refusal } from '@iwanto/wire';
import {
  type PieceAt,
  SWARM_LIMITS,
  type SwarmInput,
  type SwarmLimits,
  type SwarmOutput,
} from './messages.js';
import { PieceTable } from './pieces.js';
import { Source } from './source.js';

/** A second source must be this much faster, plus some time for the way, to be asked as well. */
const END_GAME_GAIN = 1.5;
const END_GAME_MARGIN_MS = 20;

/** Takes one input at a time and returns what is to be done. Keeps no clock and opens nothing. */
export class Swarm {
  readonly #pieces = new PieceTable();
  readonly #sources = new Map<PeerId, Source>();
  /** Who is asked for a piece. */
  readonly #askers = new Map<number, PeerId[]>();
  /** Faults outlive a lost line: a source that comes back is not better for it. */
  readonly #trust = new Map<PeerId, number>();
  readonly #banned = new Set<PeerId>();
  #bytesInFlight = 0;
  #complete = false;
  #stalled = false;
  #finished = false;
  #out: SwarmOutput[] = [];

  constructor(private readonly limits: SwarmLimits = SWARM_LIMITS) {}

  step(input: SwarmInput): SwarmOutput[] {
    this.#out = [];
    if (!this.#finished) {
      this.#take(input);
      this.#conclude(input.nowMs);
    }
    return this.#out;
  }

  /** Whether a copy of this piece is still of use. */
  wants(at: PieceAt): boolean {
    const piece = this.#pieces.numberOf(at);
    return piece !== undefined && !this.#pieces.isThere(piece);
  }

  #take(input: SwarmInput): void {
    switch (input.type) {
      case 'filesAdded':
        for (const file of input.files) this.#addFile(file);
        return this.#fillAll(input.nowMs);
      case 'allAdded':
        this.#complete = true;
        return this.#fillAll(input.nowMs);
      case 'sourceAdded':
        return this.#addSource(input.source, input.nowMs);
      case 'sourceLost':
        this.#removeSource(input.source);
        return this.#fillAll(input.nowMs);
      case 'pieceArrived':
        return this.#arrive(input);
      case 'refused':
        return this.#refuse(input);
      case 'tick':
        return this.#tick(input.nowMs);
    }
  }

  #addFile(file: { bytes: number; have?: readonly number[] }): void {
    const number = this.#pieces.add(file);
    if (this.#pieces.missingOf(number) === 0) this.#out.push({ type: 'fileDone', file: number });
  }

  #addSource(id: PeerId, nowMs: number): void {
    if (this.#banned.has(id) || this.#sources.has(id)) return;
    this.#sources.set(id, new Source(id, nowMs, this.limits));
    this.#fillAll(nowMs);
  }

  #removeSource(id: PeerId): void {
    const source = this.#sources.get(id);
    if (!source) return;
    this.#sources.delete(id);
    for (const piece of source.asks.keys()) this.#unask(piece, id);
    this.#bytesInFlight -= source.askedBytes;
  }

  #arrive(input: Extract<SwarmInput, { type: 'pieceArrived' }>): void {
    const piece = this.#pieces.numberOf(input);
    if (piece === undefined) return;
    // What was verified and written counts even when its source was lost meanwhile.
    const whole = input.verdict === 'ok' ? this.#pieces.arrive(piece) : undefined;
    if (whole !== undefined) this.#out.push({ type: 'fileDone', file: whole });
    const source = this.#sources.get(input.source);
    const asked = source !== undefined && this.#settle(source, piece, input.nowMs);
    if (input.verdict === 'bad') {
      // A piece comes whole from one source, so that one alone supplied the bad one: banned at once.
      if (asked) this.#ban(source, 'badPiece');
      return this.#fillAll(input.nowMs);
    }
    if (asked) {
      source.deliver(this.#pieces.bytesOf(piece), input.nowMs);
      this.#trust.set(source.id, Math.min(this.limits.trustMax, this.#trustOf(source) + 1));
    }
    if (source) this.#fill(source, input.nowMs);
  }

  #refuse(input: Extract<SwarmInput, { type: 'refused' }>): void {
    const piece = this.#pieces.numberOf(input);
    const source = this.#sources.get(input.source);
    if (piece === undefined || !source || !this.#settle(source, piece, input.nowMs)) return;
    this.#punish(source, input.reason, input);
    this.#fillAll(input.nowMs);
  }

  #punish(source: Source, reason: Refusal, at: PieceAt & { nowMs: number }): void {
    switch (reason) {
      case 'notFound':
      case 'changed':
        return source.refuseFile(at.file, at.nowMs);
      case 'busy':
        return source.pause(at.nowMs);
      case 'range':
        source.refuseFile(at.file, at.nowMs);
        return this.#strike(source);
      case 'unexpected':
        source.pause(at.nowMs);
        return this.#strike(source);
    }
  }

  #tick(nowMs: number): void {
    for (const source of [...this.#sources.values()]) {
      if (source.forgive(nowMs)) source.cursor = 0;
      if (!source.isLate(nowMs)) continue;
      this.#strike(source);
      if (!this.#sources.has(source.id)) continue;
      this.#removeSource(source.id);
      this.#out.push({ type: 'drop', source: source.id });
    }
    this.#fillAll(nowMs);
  }

  #strike(source: Source): void {
    this.#trust.set(source.id, this.#trustOf(source) - 1);
    if (this.#trustOf(source) <= this.limits.banAt) this.#ban(source, 'strikes');
  }

  #ban(source: Source, reason: 'badPiece' | 'strikes'): void {
    this.#banned.add(source.id);
    this.#removeSource(source.id);
    this.#out.push({ type: 'ban', source: source.id, reason });
  }

  #trustOf(source: Source): number {
    return this.#trust.get(source.id) ?? 0;
  }

  #settle(source: Source, piece: number, nowMs: number): boolean {
    if (!source.settle(piece, nowMs)) return false;
    this.#bytesInFlight -= this.#pieces.bytesOf(piece);
    this.#unask(piece, source.id);
    return true;
  }

  #unask(piece: number, id: PeerId): void {
    const left = (this.#askers.get(piece) ?? []).filter((asker) => asker !== id);
    if (left.length > 0) {
      this.#askers.set(piece, left);
      return;
    }
    this.#askers.delete(piece);
    this.#pieces.giveBack(piece);
    if (this.#pieces.isThere(piece)) return;
    for (const source of this.#sources.values()) source.cursor = Math.min(source.cursor, piece);
  }

  /** One request a round for each source, so that none is left idle while another hoards. */
  #fillAll(nowMs: number): void {
    let open = [...this.#sources.values()];
    while (open.length > 0) open = open.filter((source) => this.#askOne(source, nowMs));
  }

  #fill(source: Source, nowMs: number): void {
    while (this.#askOne(source, nowMs));
  }

  /** True when the source was asked for one more piece. */
  #askOne(source: Source, nowMs: number): boolean {
    const piece = this.#choose(source, nowMs);
    if (piece === undefined) return false;
    const bytes = this.#pieces.bytesOf(piece);
    const crowded = this.#bytesInFlight + bytes > this.limits.bytesInFlightMax;
    if (!source.hasRoom(bytes, nowMs) || (crowded && source.asks.size > 0)) return false;
    source.ask(piece, bytes, nowMs);
    this.#bytesInFlight += bytes;
    this.#pieces.ask(piece);
    this.#askers.set(piece, [...(this.#askers.get(piece) ?? []), source.id]);
    this.#out.push({ type: 'request', source: source.id, ...this.#pieces.at(piece) });
    return true;
  }

  #choose(source: Source, nowMs: number): number | undefined {
    if (!source.hasRoom(0, nowMs)) return undefined;
    if (this.#pieces.wantedTotal > 0) {
      source.cursor = this.#pieces.nextWanted(source.cursor, (file) => source.mayAsk(file));
      const piece = source.cursor;
      if (piece < this.#pieces.count) return piece;
    }
    return this.#complete ? this.#chooseTwice(source, nowMs) : undefined;
  }

  /** End game: the piece that another source will bring last, if this one would bring it much sooner. */
  #chooseTwice(source: Source, nowMs: number): number | undefined {
    let latest: number | undefined;
    let latestMs = 0;
    for (const other of this.#sources.values()) {
      const drainMs = other.drainMs(nowMs);
      if (other === source || other.asks.size === 0 || drainMs <= latestMs) continue;
      const piece = [...other.asks.keys()].reverse().find((one) => this.#mayAskTwice(source, one));
      if (piece === undefined) continue;
      const mineMs = source.expectMs(this.#pieces.bytesOf(piece));
      if (mineMs * END_GAME_GAIN + END_GAME_MARGIN_MS > drainMs) continue;
      latest = piece;
      latestMs = drainMs;
    }
    return latest;
  }

  #mayAskTwice(source: Source, piece: number): boolean {
    if (source.asks.has(piece) || this.#pieces.isThere(piece)) return false;
    const askers = this.#askers.get(piece) ?? [];
    return askers.length < this.limits.askersMax && source.mayAsk(this.#pieces.fileOf(piece));
  }

  #conclude(nowMs: number): void {
    if (this.#complete && this.#pieces.missingTotal === 0) {
      this.#finished = true;
      this.#out.push({ type: 'done' });
      return;
    }
    const waiting = [...this.#sources.values()].some((source) => source.isPaused(nowMs));
    const stalled = this.#pieces.wantedTotal > 0 && this.#askers.size === 0 && !waiting;
    if (stalled !== this.#stalled) this.#out.push({ type: 'starving', isStarving: stalled });
    this.#stalled = stalled;
  }
}
