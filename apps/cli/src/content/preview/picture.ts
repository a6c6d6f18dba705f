/** A picture as its pixels: composed from tiles, scaled down, and as a PNG. Pure. */
import { crc32, deflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row. */
  readonly rgb: Uint8Array;
}

const CHANNELS = 3;

/** Tiles of one size side by side, `columns` in a row. */
export function tiled(tiles: readonly Picture[], columns: number): Picture {
  const { width: tileWidth = 0, height: tileHeight = 0 } = tiles[0] ?? {};
  const width = columns * tileWidth;
  const height = Math.ceil(tiles.length / columns) * tileHeight;
  const rgb = new Uint8Array(width * height * CHANNELS);
  for (const [at, tile] of tiles.entries()) {
    const left = (at % columns) * tileWidth;
    const top = Math.floor(at / columns) * tileHeight;
    for (let y = 0; y < tileHeight; y += 1) {
      const row = tile.rgb.subarray(y * tileWidth * CHANNELS, (y + 1) * tileWidth * CHANNELS);
      rgb.set(row, ((top + y) * width + left) * CHANNELS);
    }
  }
  return { width, height, rgb };
}

/** At most as wide and as high as this; each pixel is the mean of those it stands for. */
export function shrunk(picture: Picture, widthMax: number, heightMax: number): Picture {
  const scale = Math.min(1, widthMax / picture.width, heightMax / picture.height);
  if (scale === 1) return picture;
  const width = Math.max(1, Math.floor(picture.width * scale));
  const height = Math.max(1, Math.floor(picture.height * scale));
  const rgb = new Uint8Array(width * height * CHANNELS);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const box = {
        ...{ left: Math.floor(x / scale), top: Math.floor(y / scale) },
        right: Math.min(picture.width, Math.ceil((x + 1) / scale)),
        bottom: Math.min(picture.height, Math.ceil((y + 1) / scale)),
      };
      rgb.set(meanOf(picture, box), (y * width + x) * CHANNELS);
    }
  }
  return { width, height, rgb };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function meanOf({ width, rgb }: Picture, { left, top, right, bottom }: Box): number[] {
  const sums = [0, 0, 0];
  for (let y = top; y < bottom; y += 1) {
    for (let at = (y * width + left) * CHANNELS; at < (y * width + right) * CHANNELS; at += 1) {
      sums[(at - (y * width + left) * CHANNELS) % CHANNELS]! += rgb[at]!;
    }
  }
  return sums.map((sum) => sum / ((right - left) * (bottom - top)));
}

export const pixelAt = ({ width, rgb }: Picture, x: number, y: number): readonly number[] => [
  ...rgb.subarray((y * width + x) * CHANNELS, (y * width + x + 1) * CHANNELS),
];

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Eight bits for each of three colours; neither a palette nor transparency, not interlaced. */
const FORM = [8, 2, 0, 0, 0];

export function pngOf({ width, height, rgb }: Picture): Buffer {
  const head = Buffer.alloc(8 + FORM.length);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set(FORM, 8);
  // Each row begins with the number of its filter: none.
  const stride = width * CHANNELS;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y += 1) {
    rows.set(rgb.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  const chunks = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND')];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

function chunk(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(body.length, 0);
  ends.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([ends.subarray(0, 4), typed, ends.subarray(4)]);
}
