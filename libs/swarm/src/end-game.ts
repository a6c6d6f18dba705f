/** The end of a download: which sources are asked for a piece that another one is already asked for. */
import type { PeerId } from '@iwanto/wire';
import type { Askers } from './askers.js';
import type { PieceTable } from './pieces.js';
import type { Source } from './source.js';

/** A second source must be this much faster, plus some time for the round trip, to be asked as well. */
const END_GAME_GAIN = 1.5;
const END_GAME_MARGIN_MS = 20;
/** While nobody has delivered, twice as many are asked for a piece each time this passes, in ms. */
const DOUBLING_MS = 300;
export interface EndGameOptions {
  readonly pieces: PieceTable;
  readonly sources: ReadonlyMap<PeerId, Source>;
  readonly askers: Askers;
  /** Sources that have delivered before and are asked for one piece at the same time. */
  readonly askersMax: number;
}

export class EndGame {
  constructor(private readonly options: EndGameOptions) {}

  /** Of the pieces in question, the one that another source will deliver last, if this one would deliver it much sooner. */
  choose(
    source: Source,
    nowMs: number,
    isInQuestion: (piece: number) => boolean = () => true,
  ): number | undefined {
    let latest: number | undefined;
    let latestMs = 0;
    const isAnyProved = this.#isAnyProved();
    // A source that has not delivered yet is not asked for second copies while another has delivered.
    if (isAnyProved && !source.isProved) return undefined;
    for (const other of this.options.sources.values()) {
      const drainMs = other.drainMs(nowMs);
      if (other === source || other.asks.size === 0 || drainMs <= latestMs) continue;
      const askersMax = isAnyProved ? this.options.askersMax : askersWhile(other.silentMs(nowMs));
      const piece = [...other.asks.keys()]
        .reverse()
        .find((one) => isInQuestion(one) && this.#mayAskTwice(source, one, askersMax));
      if (piece === undefined) continue;
      const mineMs = source.expectMs(this.options.pieces.bytesOf(piece));
      if (mineMs * END_GAME_GAIN + END_GAME_MARGIN_MS > drainMs) continue;
      latest = piece;
      latestMs = drainMs;
    }
    return latest;
  }

  #isAnyProved(): boolean {
    for (const source of this.options.sources.values()) if (source.isProved) return true;
    return false;
  }

  /** Askers that never delivered do not count if others have: they could hold the last piece for ever. */
  #mayAskTwice(source: Source, piece: number, askersMax: number): boolean {
    if (source.asks.has(piece) || this.options.pieces.isThere(piece) || !source.holds(piece))
      return false;
    const askers = this.options.askers.of(piece);
    const counted = source.isProved
      ? askers.filter((asker) => this.options.sources.get(asker)?.isProved)
      : askers;
    return counted.length < askersMax && source.mayAsk(this.options.pieces.fileOf(piece));
  }
}

/** How many sources may be asked for a piece that none that has delivered is asked for. */
const askersWhile = (silentMs: number): number =>
  2 ** Math.min(6, Math.floor(silentMs / DOUBLING_MS));
