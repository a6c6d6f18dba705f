import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Kind } from '@iwanto/wire';
import { PIECE_BYTES } from '@iwanto/wire';
import type { PlannedFile } from '../disk/planned.js';
import { unitsOf } from '../disk/units.js';
import { Shelf, blake3, bytesOf, newDir } from '../testing/transfer-room.js';
import { ContentReader } from './content-reader.js';

const readerOf = (kind: Kind, path: string, files: readonly PlannedFile[]) =>
  new ContentReader({
    ...{ kind, blake3, units: unitsOf({ files: [...files] }), path: () => path },
    digestsOf: () => undefined,
  });

const planned = (name: string, path: string): PlannedFile => ({
  ...{ folder: '', name, exec: false, mtimeSeconds: null },
  ...new Shelf().file(path),
});

/** A file of three pieces, the last of them short. */
const newLarge = () => {
  const path = join(newDir('large'), 'film');
  const bytes = bytesOf(2 * PIECE_BYTES + 5);
  writeFileSync(path, bytes);
  return { path, bytes, reader: readerOf('file', path, [planned('film', path)]) };
};

describe('ContentReader', () => {
  test('gives each piece in a frame, so that it is sealed where it was read', async () => {
    const { bytes, reader } = newLarge();
    for (const index of [0, 2, 1]) {
      const frame = await reader.read({ file: 0, index });
      const from = index * PIECE_BYTES;
      expect(frame?.body.equals(bytes.subarray(from, from + PIECE_BYTES))).toBe(true);
      frame?.release();
    }
    expect(await reader.read({ file: 0, index: 3 })).toBeUndefined();
  });

  test('gives nothing of a piece that was edited or cut off, and the others still', async () => {
    const { path, bytes, reader } = newLarge();
    (await reader.read({ file: 0, index: 0 }))?.release();
    bytes[PIECE_BYTES]! ^= 1;
    writeFileSync(path, bytes.subarray(0, -1));
    expect(await reader.read({ file: 0, index: 1 })).toBeUndefined();
    expect(await reader.read({ file: 0, index: 2 })).toBeUndefined();
    expect(await reader.read({ file: 0, index: 0 })).toBeDefined();
  });

  test('gives a file of one piece and packs of small ones as their hashes name them', async () => {
    const dir = join(newDir('tree'), 'album');
    mkdirSync(dir);
    for (const name of ['one', 'two', 'empty']) {
      writeFileSync(join(dir, name), name === 'empty' ? '' : name);
    }
    const place = { root: new Shelf().directory(dir).root, entry: 0 };
    const files = ['empty', 'one', 'two'].map((name, entry) => ({
      ...planned(name, join(dir, name)),
      place: { ...place, entry },
    }));
    const reader = readerOf('directory', dir, files);
    expect(String((await reader.read({ file: 0, index: 0 }))?.body)).toBe('onetwo');
    appendFileSync(join(dir, 'one'), 'more');
    expect(String((await reader.read({ file: 0, index: 0 }))?.body)).toBe('onetwo');
    writeFileSync(join(dir, 'one'), 'ONE');
    expect(await reader.read({ file: 0, index: 0 })).toBeUndefined();
    rmSync(join(dir, 'two'));
    writeFileSync(join(dir, 'one'), 'one');
    await expect(reader.read({ file: 0, index: 0 })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
