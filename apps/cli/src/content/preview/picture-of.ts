/** The picture of a film, a song or a photo, taken by ffmpeg through a door of ours. */
import type { Bus } from '@iwanto/bus';
import type { Failure } from '@iwanto/wire';
import { frameOf, secondsOf } from './ffmpeg.js';
import { type Glance, glanceAt } from './glance.js';
import { type Picture, tiled } from './picture.js';
import type { Subject } from './subject.js';

const TILES = 9;
const TILES_A_ROW = 3;
const TILE = { width: 320, height: 180 };
const WHOLE = { width: 960, height: 960 };
/** Frames taken at the same time. */
const AT_ONCE = 3;

export interface Pictured {
  readonly picture: Picture;
  readonly seconds?: number | undefined;
}

export async function pictureOf(bus: Bus, subject: Subject): Promise<Pictured> {
  const failing = new AbortController();
  const { signal } = failing;
  const glance = await glanceAt(bus, subject, (failure: Failure) => failing.abort(failure));
  try {
    if (subject.kind !== 'film') return { picture: await frameOf({ ...WHOLE, ...glance, signal }) };
    const seconds = await secondsOf(glance.address, signal);
    return { seconds, picture: await sheetOf(glance, seconds, signal) };
  } finally {
    glance.close();
  }
}

/** Frames from the middles of nine equal parts; of a film of unknown length, the first one. */
async function sheetOf(
  { address }: Glance,
  seconds: number | undefined,
  signal: AbortSignal,
): Promise<Picture> {
  const count = seconds === undefined ? 1 : TILES;
  const tiles: Picture[] = [];
  const numbers = Array.from({ length: count }, (_, at) => at).values();
  const take = async () => {
    for (const at of numbers) {
      const atSeconds = ((seconds ?? 0) * (at + 0.5)) / count;
      tiles[at] = await frameOf({ ...TILE, address, atSeconds, signal });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  return tiled(tiles, Math.min(count, TILES_A_ROW));
}
