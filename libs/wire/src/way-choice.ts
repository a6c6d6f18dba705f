/**
 * Which ways to another host are tried, and when: dialled from here (direct), dialled by the other host (reversed), or
 * through a third peer (relayed). A better way gets a head start; the first connection wins. Pure: times come
 * in, ways to begin come out.
 */
import type { PeerId } from './ids.js';

export type Way =
  | { readonly kind: 'direct' }
  | { readonly kind: 'reversed' }
  | { readonly kind: 'relayed'; readonly relay: PeerId };

/** On a LAN a host that can be dialled has answered by then, in ms. */
const REVERSE_AFTER_MS = 250;
/** A host that can dial back has done so by then, and a relay has joined both ends, in ms. */
const RELAY_AFTER_MS = 500;
/** Peers that are asked to relay one connection. */
export const RELAYS_TRIED_MAX = 3;

export interface WaysThere {
  /** Whether the other host can be asked to dial. */
  readonly isReversible: boolean;
  /** Peers that may relay, the best first. */
  readonly relays: readonly PeerId[];
  /** The way that succeeded a moment ago: it starts together with the direct one. */
  readonly last: Way | undefined;
}

export class WayChoice {
  /** What starts together with the direct way. */
  readonly #first: Way[];
  readonly #waiting: Way[];
  #running = 0;
  #dueMs = Infinity;

  constructor({ isReversible, relays, last }: WaysThere) {
    const reversed: Way[] = isReversible ? [{ kind: 'reversed' }] : [];
    const relayed = relays.map((relay): Way => ({ kind: 'relayed', relay }));
    const isFirst = (way: Way) => isSame(way, last);
    this.#first = [...reversed, ...relayed].filter(isFirst);
    const later = [reversed, relayed].map((ways) => ways.filter((way) => !isFirst(way)));
    this.#waiting = later.flatMap((ways) => ways.slice(0, RELAYS_TRIED_MAX));
  }

  /** When `tick` has something to start, unless something fails before; undefined if every way was started. */
  get dueMs(): number | undefined {
    return this.#waiting.length > 0 ? this.#dueMs : undefined;
  }

  /** No way succeeded. */
  get isOver(): boolean {
    return this.#running === 0 && this.#waiting.length === 0;
  }

  /** To be called first, once. */
  begin(nowMs: number): readonly Way[] {
    return this.#start([{ kind: 'direct' }, ...this.#first], nowMs);
  }

  /** A started way failed; if it was the last one running, the next starts immediately. */
  failed(nowMs: number): readonly Way[] {
    this.#running -= 1;
    return this.#running === 0 ? this.#next(nowMs) : [];
  }

  tick(nowMs: number): readonly Way[] {
    return nowMs < this.#dueMs ? [] : this.#next(nowMs);
  }

  #next(nowMs: number): readonly Way[] {
    return this.#start(this.#waiting.splice(0, 1), nowMs);
  }

  #start(ways: readonly Way[], nowMs: number): readonly Way[] {
    this.#running += ways.length;
    this.#dueMs =
      nowMs + (this.#waiting[0]?.kind === 'reversed' ? REVERSE_AFTER_MS : RELAY_AFTER_MS);
    return ways;
  }
}

const relayOf = (way: Way | undefined) => (way?.kind === 'relayed' ? way.relay : undefined);

const isSame = (one: Way, other: Way | undefined): boolean =>
  one.kind === other?.kind && relayOf(one) === relayOf(other);
