import { describe, expect, test } from '@jest/globals';
import { DIGESTS_PER_FRAME_MAX, PIECE_BYTES, type PeerId } from '@iwanto/wire';
import type { Unit } from '../disk/units.js';
import { EarlyPieces } from './early-pieces.js';

const unit = (bytes: number) => ({ kind: 'file', bytes }) as Unit;
const peer = (name: string) => name as PeerId;

describe('EarlyPieces', () => {
  test('are asked for where a single file is fetched from its beginning', () => {
    const isOpen = (...[units, isResumed]: ConstructorParameters<typeof EarlyPieces>) =>
      new EarlyPieces(units, isResumed).isOpen;
    expect(isOpen([unit(2 * PIECE_BYTES)], false)).toBe(true);
    expect(isOpen([unit(2 * PIECE_BYTES)], true)).toBe(false);
    expect(isOpen([unit(PIECE_BYTES)], false)).toBe(false);
    expect(isOpen([unit(2 * PIECE_BYTES), unit(1)], false)).toBe(false);
    expect(isOpen([unit((DIGESTS_PER_FRAME_MAX + 1) * PIECE_BYTES)], false)).toBe(false);
  });

  test('are not asked of the first source, which gives the digests, until these are here', () => {
    const early = new EarlyPieces([unit(2 * PIECE_BYTES)], false);
    const begun: string[] = [];
    for (const name of ['a', 'b', 'c']) early.add(peer(name), () => begun.push(name));
    expect(begun).toEqual(['b', 'c']);
    early.end();
    expect(begun).toEqual(['b', 'c', 'a']);
    early.end();
    early.add(peer('d'), () => begun.push('d'));
    expect(begun).toEqual(['b', 'c', 'a', 'd']);
  });

  test('when that source is lost, the next one takes its place', () => {
    const early = new EarlyPieces([unit(2 * PIECE_BYTES)], false);
    const begun: string[] = [];
    early.add(peer('a'), () => begun.push('a'));
    early.lose(peer('b'));
    early.lose(peer('a'));
    early.add(peer('b'), () => begun.push('b'));
    early.end();
    expect(begun).toEqual(['b']);
  });
});
