import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { FileHash, PeerId } from '@iwanto/wire';
import { Pace } from '../pace.js';
import { Shelf, blake3, closing, newDir, nowMs } from '../testing/transfer-room.js';
import { Uploader } from './uploader.js';

const asker = { name: 'asker', peer: '' as PeerId };

/** A shared directory of two small files, and an uploader of it. */
function newAlbum() {
  const tree = join(newDir('share'), 'album');
  mkdirSync(tree);
  writeFileSync(join(tree, 'one'), 'first');
  writeFileSync(join(tree, 'two'), 'second');
  const shelf = new Shelf();
  const { root } = shelf.directory(tree);
  const asked: FileHash[] = [];
  const answer = shelf.call as (verb: string, question: unknown) => unknown;
  const call = (verb: string, question: { hashes?: FileHash[] }) => {
    if (verb === 'content.find') asked.push(...(question.hashes ?? []));
    return answer(verb, question);
  };
  const uploader = new Uploader({
    ...{ bus: { call: call as never }, blake3, nowMs, onTrouble: () => undefined },
    holdings: { find: () => Promise.resolve(undefined) },
    pace: new Pace(() => undefined),
  });
  closing.push(() => uploader.close());
  const pack = { ask: 'pack', requestId: 1, root, first: 0, count: 2 } as const;
  const givePack = async () => {
    const reply = await uploader.answer(pack, asker);
    return reply.type === 'data' ? Buffer.from(reply.body).toString() : reply.reason;
  };
  return { tree, root, shelf, asked, givePack };
}

test('files of a pack are read where their directory is; the indexer is not asked about each', async () => {
  const { givePack, asked, root } = newAlbum();
  expect(await givePack()).toBe('firstsecond');
  expect(asked).toEqual([root]);
});

test('one that is not there as it was hashed is taken from where an equal one is', async () => {
  const { givePack, asked, tree, shelf } = newAlbum();
  const other = join(newDir('other'), 'same');
  renameSync(join(tree, 'two'), other);
  const { root: moved } = shelf.file(other);
  writeFileSync(join(tree, 'two'), 'edited');
  expect(await givePack()).toBe('firstsecond');
  expect(asked.slice(1)).toEqual([moved]);
});

test('without an equal one the pack is refused: bytes that the hash does not name never leave', async () => {
  const { givePack, tree } = newAlbum();
  writeFileSync(join(tree, 'two'), 'edited');
  expect(await givePack()).toBe('changed');
});
