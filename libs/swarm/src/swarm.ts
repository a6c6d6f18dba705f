/** The state machine of a download: which piece from which source, retry, blame, end game. */
import type { PeerId, Refusal } from '@iwanto/wire';
import {
  type PieceAt,
  SWARM_LIMITS,
  type SwarmInput,
  type SwarmLimits,
  type SwarmOptions,
  type SwarmOutput,
  type WantedFile,
} from './messages.js';
import { Askers } from './askers.js';
import { Deadlines } from './deadlines.js';
import { EndGame } from './end-game.js';
import { Picker } from './picker.js';
import { PieceTable } from './pieces.js';
import { Shares } from './shares.js';
import { Source } from './source.js';
import { Trust } from './trust.js';
import { Usual } from './usual.js';

/** Takes one input at a time and returns the outputs. Has no clock and opens nothing. */
export class Swarm {
  readonly #pieces = new PieceTable();
  readonly #picker: Picker;
  readonly #deadlines: Deadlines;
  readonly #endGame: EndGame;
  readonly #sources = new Map<PeerId, Source>();
  readonly #askers = new Askers();
  readonly #trust: Trust;
  readonly #limits: SwarmLimits;
  readonly #isOnDemand: boolean;
  readonly #usual = new Usual();
  #bytesInFlight = 0;
  #complete = false;
  #stalled = false;
  #finished = false;
  #out: SwarmOutput[] = [];

  constructor({ limits = SWARM_LIMITS, seed = 0, isOnDemand = false, self }: SwarmOptions = {}) {
    this.#limits = limits;
    this.#isOnDemand = isOnDemand;
    this.#trust = new Trust(limits);
    this.#picker = new Picker(this.#pieces, new Shares(self), seed);
    this.#deadlines = new Deadlines(this.#pieces, this.#sources);
    this.#endGame = new EndGame({
      ...{ pieces: this.#pieces, sources: this.#sources, askers: this.#askers },
      askersMax: limits.askersMax,
    });
  }

  step(input: SwarmInput): SwarmOutput[] {
    this.#out = [];
    if (!this.#finished) {
      this.#take(input);
      this.#conclude(input.nowMs);
    }
    return this.#out;
  }

  /** Whether a copy of this piece is still useful. */
  wants(at: PieceAt): boolean {
    const piece = this.#pieces.numberOf(at);
    return piece !== undefined && !this.#pieces.isThere(piece);
  }

  /** The number of a piece across all files, or undefined if there is none. */
  numberOf(at: PieceAt): number | undefined {
    return this.#pieces.numberOf(at);
  }

  #take(input: SwarmInput): void {
    switch (input.type) {
      case 'filesAdded':
        for (const file of input.files) this.#addFile(file);
        return this.#fillAll(input.nowMs);
      case 'fileReleased':
        return this.#release(input);
      case 'allAdded':
        this.#complete = true;
        return this.#fillAll(input.nowMs);
      case 'sourceAdded':
        return this.#addSource(input);
      case 'sourceHas':
        return this.#learn(input);
      case 'sourceLost':
        return this.#loseSource(input);
      case 'hurry':
        this.#deadlines.set(input.pieces);
        return this.#fillAll(input.nowMs);
      case 'piecesForgotten':
        for (const piece of input.pieces) this.#pieces.forget(piece);
        return this.#fillAll(input.nowMs);
      case 'pieceArrived':
        return this.#arrive(input);
      case 'refused':
        return this.#refuse(input);
      case 'tick':
        return this.#tick(input.nowMs);
    }
  }

  #addFile(file: WantedFile): void {
    const number = this.#pieces.add(file);
    const isWhole = file.isHeldBack !== true && this.#pieces.missingOf(number) === 0;
    if (isWhole) this.#out.push({ type: 'fileDone', file: number });
  }

  #release({ file, have, nowMs }: Extract<SwarmInput, { type: 'fileReleased' }>): void {
    this.#pieces.release(file, have);
    if (this.#pieces.missingOf(file) === 0) this.#out.push({ type: 'fileDone', file });
    this.#fillAll(nowMs);
  }

  #addSource(input: Extract<SwarmInput, { type: 'sourceAdded' }>): void {
    const { source: id, nowMs, isPartial = false, probablyAll = false } = input;
    if (this.#trust.isBanned(id) || this.#sources.has(id)) return;
    this.#sources.set(id, new Source(id, nowMs, this.#limits, { isPartial, probablyAll }));
    if (isPartial) this.#picker.countPartial(1);
    this.#fillAll(nowMs);
  }

  #learn({ source: id, pieces, nowMs }: Extract<SwarmInput, { type: 'sourceHas' }>): void {
    const source = this.#sources.get(id);
    if (!source || source.holdsAll) return;
    source.speaks();
    if (pieces === 'all') {
      this.#picker.uncount(source);
      source.gainsAll();
    } else {
      this.#picker.joins(id);
      for (const piece of pieces) if (source.gains(piece)) this.#picker.count(piece, 1);
    }
    this.#fill(source, nowMs);
  }

  #loseSource({ source: id, isForged, nowMs }: Extract<SwarmInput, { type: 'sourceLost' }>): void {
    const source = this.#sources.get(id);
    if (!source) return;
    this.#removeSource(id);
    if (isForged) this.#strike(source);
    this.#fillAll(nowMs);
  }

  #removeSource(id: PeerId): void {
    const source = this.#sources.get(id);
    if (!source) return;
    this.#sources.delete(id);
    this.#picker.uncount(source);
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
    const tookMs = source && this.#settle(source, piece, input.nowMs);
    const asked = source !== undefined && tookMs !== undefined;
    if (input.verdict === 'bad') {
      // A piece comes entirely from one source, so that one alone supplied the bad one: banned immediately.
      if (asked) this.#ban(source, 'badPiece');
      return this.#fillAll(input.nowMs);
    }
    if (asked) {
      this.#usual.note(tookMs);
      source.deliver(this.#pieces.bytesOf(piece), input.nowMs);
      this.#trust.earn(source.id);
      if (!source.holdsAll) this.#picker.shared();
    }
    if (source) this.#fill(source, input.nowMs);
  }

  #refuse(input: Extract<SwarmInput, { type: 'refused' }>): void {
    const piece = this.#pieces.numberOf(input);
    const source = this.#sources.get(input.source);
    if (piece === undefined || !source) return;
    if (this.#settle(source, piece, input.nowMs) === undefined) return;
    if (input.reason !== 'busy' || !source.isGuess(piece))
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
    this.#picker.timePassed();
    for (const source of [...this.#sources.values()]) {
      source.forgive(nowMs);
      source.shrink(nowMs);
      const lateness = source.lateness(nowMs, this.#usual.ms, this.#trust.dropsOf(source.id));
      if (lateness === 'none') continue;
      if (lateness === 'late') this.#strike(source);
      if (!this.#sources.has(source.id)) continue;
      this.#trust.dropped(source.id);
      this.#removeSource(source.id);
      this.#out.push({ type: 'drop', source: source.id });
    }
    this.#fillAll(nowMs);
  }

  #strike(source: Source): void {
    if (this.#trust.strike(source.id)) this.#ban(source, 'strikes');
  }

  #ban(source: Source, reason: Extract<SwarmOutput, { type: 'ban' }>['reason']): void {
    this.#trust.ban(source.id);
    this.#removeSource(source.id);
    this.#out.push({ type: 'ban', source: source.id, reason });
  }

  /** Returns how long the answer took; undefined if that source was not asked. */
  #settle(source: Source, piece: number, nowMs: number): number | undefined {
    const tookMs = source.settle(piece, nowMs);
    if (tookMs === undefined) return undefined;
    this.#bytesInFlight -= this.#pieces.bytesOf(piece);
    this.#unask(piece, source.id);
    return tookMs;
  }

  #unask(piece: number, id: PeerId): void {
    if (this.#askers.remove(piece, id)) this.#pieces.giveBack(piece);
  }

  /** One request per round for each source, so that none is left idle while another hoards. */
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
    const crowded = this.#bytesInFlight + bytes > this.#limits.bytesInFlightMax;
    if (!source.hasRoom(bytes, nowMs) || (crowded && source.asks.size > 0)) return false;
    source.ask(piece, bytes, nowMs);
    source.cursor = piece + 1;
    this.#bytesInFlight += bytes;
    this.#pieces.ask(piece);
    this.#askers.add(piece, source.id);
    this.#out.push({ type: 'request', source: source.id, ...this.#pieces.at(piece) });
    return true;
  }

  #choose(source: Source, nowMs: number): number | undefined {
    if (!source.hasRoom(0, nowMs)) return undefined;
    const urgent = this.#chooseUrgent(source, nowMs);
    if (urgent !== undefined || this.#isOnDemand) return urgent;
    const piece = this.#picker.pick(source, this.#sources.values());
    if (piece === null) return undefined;
    return piece ?? this.#endGame.choose(source, nowMs);
  }

  /** What somebody waits for is requested twice if its source is too slow, whatever else is missing. */
  #chooseUrgent(source: Source, nowMs: number): number | undefined {
    const isUrgent = (piece: number) => this.#deadlines.has(piece);
    return this.#deadlines.pick(source, nowMs) ?? this.#endGame.choose(source, nowMs, isUrgent);
  }

  #conclude(nowMs: number): void {
    if (this.#complete && this.#pieces.missingTotal === 0) {
      this.#finished = true;
      this.#out.push({ type: 'done' });
      return;
    }
    const isAnyPaused = [...this.#sources.values()].some((source) => source.isPaused(nowMs));
    const waiting = isAnyPaused || this.#picker.waits;
    const isAnyWanted = this.#isOnDemand
      ? this.#deadlines.isAnyWanted
      : this.#pieces.wantedTotal > 0;
    const stalled = isAnyWanted && this.#askers.size === 0 && !waiting;
    if (stalled !== this.#stalled) this.#out.push({ type: 'starving', isStarving: stalled });
    this.#stalled = stalled;
  }
}
