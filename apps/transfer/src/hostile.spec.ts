/** What strangers may ask and answer: the hostile cases of the transfer service that need no disk tricks. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { encodeManifest } from '@iwanto/merkle';
import { groupRoots } from '@iwanto/service';
import { Holdings } from './uploading/holdings.js';
import { type FileHash, PIECE_BYTES, type PeerId, type PieceRequest } from '@iwanto/wire';
import { fetchesFrom } from './testing/fetches.js';
import { Shelf, bytesOf, newDir, newFile, openHome, share } from './testing/transfer-room.js';

const pieceOf = (root: FileHash, first = 0): PieceRequest => ({
  ...{ ask: 'piece', requestId: 1, root, first, count: 1 },
});
const asker = { name: 'x', peer: 'ab'.repeat(10) as PeerId };
const notFound = { type: 'refused', reason: 'notFound' };

test('HOSTILE 39: what is not shared, or no longer, is refused as not found', async () => {
  const shelf = new Shelf();
  const { root } = shelf.file(newFile(newDir('share'), 'a', bytesOf(100)));
  const { uploader } = await share(shelf);
  expect(await uploader.answer(pieceOf('ef'.repeat(32) as FileHash), asker)).toEqual(notFound);
  expect(await uploader.answer(pieceOf(root), asker)).toMatchObject({ type: 'data' });
  shelf.contents.delete(root);
  uploader.contents.catalogueChanged(2);
  for (const ask of ['piece', 'digests', 'manifest'] as const) {
    expect(await uploader.answer({ ...pieceOf(root), ask }, asker)).toEqual(notFound);
  }
});

test('HOSTILE 163: what only a group shares comes to whoever knows its name there, and is offered to nobody', async () => {
  const shelf = new Shelf();
  const roots = groupRoots('5a'.repeat(32));
  const dir = newDir('share');
  for (const at of [1, 2, 3]) newFile(dir, `f${at}`, bytesOf(100 * at));
  const large = shelf.file(newFile(dir, 'large', bytesOf(PIECE_BYTES + 10)));
  const { root } = shelf.directory(dir);
  // Asked for by its hash nothing is there; by its name in the group it is.
  for (const [hash, content] of [...shelf.contents]) {
    shelf.contents.delete(hash);
    const name = roots.blind(hash);
    shelf.contents.set(name, { ...content, hash: name, group: { name: 'team', hash } });
    for (const map of [shelf.digests, shelf.manifests] as Map<FileHash, never>[]) {
      const bytes = map.get(hash);
      if (bytes) map.set(name, bytes);
      map.delete(hash);
    }
  }
  const rootsOf = () => roots;
  const { holder, uploader } = await share(shelf, undefined, undefined, rootsOf);
  expect(await uploader.answer(pieceOf(large.root), asker)).toEqual(notFound);
  expect(await uploader.answer({ ...pieceOf(root), ask: 'have' }, asker)).toEqual(notFound);
  const home = openHome({ shelf, holders: [{ ...holder, group: 'team' }], rootsOf });
  expect(await home.fetch(root)).toMatchObject({ state: 'done', files: 4 });
  expect(home.holdings.lines()).toEqual([]);
  const stranger = openHome({ shelf, holders: [holder], noSourceLimitMs: 500 });
  expect(await stranger.fetch(root)).toMatchObject({ state: 'failed', bytesDone: 0 });
});

test('HOSTILE 162: a download of what a group shares stays one when it is resumed and an outsider claims to have it', async () => {
  const shelf = new Shelf();
  const { root } = shelf.file(newFile(newDir('share'), 'plan.txt', bytesOf(3 * PIECE_BYTES)));
  const member = await share(shelf, () => () => new Promise(() => undefined));
  const first = openHome({ shelf, holders: [{ ...member.holder, group: 'team' }] });
  await first.downloads.start({ hash: root, overwrite: false });
  await first.close();
  const outsider = await share(shelf);
  const asked: unknown[] = [];
  const holdings = new Holdings({ nowMs: () => performance.now(), onChange: () => undefined });
  const again = openHome({
    ...{ shelf, holders: [outsider.holder], dir: first.dir, holdings },
    onLocate: (question) => void asked.push(question),
  });
  const partial = new Promise<boolean>((resolve) => {
    const { addPartial } = holdings;
    holdings.addPartial = (content) => {
      resolve(true);
      return addPartial.call(holdings, content);
    };
    void again.until(({ state }) => state === 'done').then(() => resolve(false));
  });
  await again.downloads.resume(root);
  expect(await partial).toBe(false);
  expect(asked[0]).toEqual({ hash: root, ofGroup: true });
  expect(holdings.lines()).toEqual([]);
  expect(again.journal.held.all()).toEqual([]);
});

test('HOSTILE 46: what is larger than was asked for is a lie; it is neither kept nor counted', async () => {
  const shelf = new Shelf();
  const { root } = shelf.file(newFile(newDir('share'), 'a', bytesOf(PIECE_BYTES + 10)));
  const bomb = await share(shelf, (honest) => async (request, asker) => {
    const reply = await honest(request, asker);
    return reply.type === 'data' ? { type: 'data', body: Buffer.alloc(PIECE_BYTES) } : reply;
  });
  const home = openHome({ shelf, holders: [bomb.holder] });
  const view = await home.fetch(root);
  expect(view).toMatchObject({ state: 'failed', bytesDone: 0, failure: { code: 'E_VERIFY' } });
  expect(existsSync(view.path)).toBe(false);
});

test('HOSTILE 70: a manifest of another root is refused before a name in it is read', async () => {
  const shelf = new Shelf();
  const { root } = shelf.manifest('album', []);
  const entry = { size: 1, root: 'ab'.repeat(32) as FileHash, exec: false, mtimeSeconds: 0 };
  const other = Buffer.from(encodeManifest([{ kind: 'file', name: 'planted', ...entry }]));
  const liar = await share(
    shelf,
    (honest) => (request, asker) =>
      request.ask === 'manifest'
        ? Promise.resolve({ type: 'data' as const, body: Buffer.from(other) })
        : honest(request, asker),
  );
  const home = openHome({ shelf, holders: [liar.holder] });
  expect((await home.fetch(root)).failure).toMatchObject({ code: 'E_VERIFY' });
  expect(readdirSync(home.into)).toEqual([]);
  const honest = await share(shelf);
  const second = openHome({ shelf, holders: [liar.holder, honest.holder] });
  expect((await second.fetch(root)).state).toBe('done');
});

test('HOSTILE 68: one directory that stands in 2^n places is fetched once for each level', async () => {
  const shelf = new Shelf();
  let inner = shelf.manifest('leaf', []);
  for (let level = 0; level < 10; level += 1) {
    const entry = { kind: 'directory', root: inner.root, bytes: 0, files: 0 } as const;
    inner = shelf.manifest('album', [
      { ...entry, name: 'a' },
      { ...entry, name: 'b' },
    ]);
  }
  const peer = await share(shelf);
  const home = openHome({ shelf, holders: [peer.holder] });
  expect((await home.fetch(inner.root)).state).toBe('done');
  expect(peer.asked.filter(({ ask }) => ask === 'manifest')).toHaveLength(11);
});

test('HOSTILE 68: a directory beyond a million entries is refused without asking for more', async () => {
  const shelf = new Shelf();
  let inner = shelf.manifest('leaf', []);
  for (let level = 0; level < 40; level += 1) {
    const entry = { kind: 'directory', root: inner.root, bytes: 0, files: 0 } as const;
    inner = shelf.manifest('album', [
      { ...entry, name: 'a' },
      { ...entry, name: 'b' },
    ]);
  }
  const peer = await share(shelf);
  const home = openHome({ shelf, holders: [peer.holder] });
  expect((await home.fetch(inner.root)).failure).toMatchObject({ code: 'E_VERIFY' });
  expect(peer.asked.length).toBeLessThan(40);
}, 30_000);

test('a very large directory is asked about before more of it is read', async () => {
  const shelf = new Shelf();
  const entry = { kind: 'directory', root: 'ab'.repeat(32) as FileHash } as const;
  const { root } = shelf.manifest('album', [{ ...entry, name: 'a', bytes: 0, files: 300_000 }]);
  const peer = await share(shelf);
  const home = openHome({ shelf, holders: [peer.holder], noSourceLimitMs: 1_000 });
  const { failure } = await home.fetch(root);
  expect(failure).toMatchObject({ code: 'E_LIMIT' });
  expect(failure?.sentence).toContain('300000 files');
  expect(fetchesFrom(peer)).toHaveLength(1);
  // Once agreed to, it is read further - and in this case the rest of it does not exist.
  expect((await home.fetch(root, { confirmed: true })).failure?.code).not.toBe('E_LIMIT');
});

test.each([
  ['a small file', 100, { kind: 'file', size: 101 }],
  ['a large file', PIECE_BYTES + 10, { kind: 'file', size: PIECE_BYTES * 9 }],
  ['a file that is said to be a directory', 100, { kind: 'directory', size: 100 }],
] as const)(
  'HOSTILE 112: of contradicting claims the proved one counts: %s',
  async (...[, size, lie]) => {
    const shelf = new Shelf();
    const bytes = bytesOf(size);
    const { root } = shelf.file(newFile(newDir('share'), 'a', bytes));
    const honest = await share(shelf);
    const liars = [await share(shelf), await share(shelf)];
    shelf.names.set(root, { name: 'a', ...lie });
    shelf.others.set(root, [{ kind: 'file', size, holders: [honest.holder] }]);
    const home = openHome({ shelf, holders: liars.map(({ holder }) => holder) });
    const view = await home.fetch(root);
    expect(view).toMatchObject({ state: 'done', bytes: size });
    expect(readFileSync(view.path).equals(bytes)).toBe(true);
  },
);
