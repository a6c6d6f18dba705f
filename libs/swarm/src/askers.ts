/** Which sources are asked for a piece. */
import type { PeerId } from '@iwanto/wire';

export class Askers {
  readonly #ofPiece = new Map<number, PeerId[]>();

  /** Pieces that a source is asked for. */
  get size(): number {
    return this.#ofPiece.size;
  }

  of(piece: number): readonly PeerId[] {
    return this.#ofPiece.get(piece) ?? [];
  }

  add(piece: number, id: PeerId): void {
    this.#ofPiece.set(piece, [...this.of(piece), id]);
  }

  /** True if no source is asked for it any more. */
  remove(piece: number, id: PeerId): boolean {
    const left = this.of(piece).filter((asker) => asker !== id);
    if (left.length > 0) this.#ofPiece.set(piece, left);
    else this.#ofPiece.delete(piece);
    return left.length === 0;
  }
}
