/** What a camera reads off the screen is what was meant. */
import { expect, test } from '@jest/globals';
import decodeQR from 'qr/decode.js';
import { qrLines } from './qr.js';

/** Pixels of one module. */
const SCALE = 4;

function photographed(lines: readonly string[]) {
  const rows = lines.flatMap((line) => [
    Array.from(line, (one) => '█▀'.includes(one)),
    Array.from(line, (one) => '█▄'.includes(one)),
  ]);
  const [width, height] = [rows[0]!.length * SCALE, rows.length * SCALE];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isLight = rows[Math.floor(y / SCALE)]![Math.floor(x / SCALE)];
      data.fill(isLight ? 255 : 0, (y * width + x) * 3, (y * width + x + 1) * 3);
    }
  }
  return { width, height, data };
}

test('a camera reads the address off the screen', () => {
  const address = `http://192.168.178.20:41234/${'aZ9_-'.repeat(4)}/0/metropolis_1927.mkv`;
  const lines = qrLines(address);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(lines[0]!.length).toBeLessThanOrEqual(60);
  expect(decodeQR(photographed(lines))).toBe(address);
});
