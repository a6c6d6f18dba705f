/** What a download may touch on its user's disk, whatever others call it and whatever is there already. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type FileHash, type Holder, PIECE_BYTES, type PeerId } from '@iwanto/wire';
import { refuseAwayDisk, usableFolder } from './disk/download-folder.js';
import { Shelf, bytesOf, newDir, newFile, openHome, share } from './testing/transfer-room.js';

/** A home, and a peer that shares the given files as one folder per version. */
const withAlbum = async (versions: readonly Record<string, Buffer>[]) => {
  const shelf = new Shelf();
  const roots = versions.map((files) => {
    const tree = join(newDir('share'), 'album');
    mkdirSync(tree);
    for (const [name, bytes] of Object.entries(files)) newFile(tree, name, bytes);
    return shelf.directory(tree).root;
  });
  const peer = await share(shelf);
  const home = openHome({ shelf, holders: [peer.holder] });
  return { shelf, roots, peer, home, album: join(home.into, 'album') };
};

const withFiles = async (names: readonly string[]) => {
  const shelf = new Shelf();
  const dir = newDir('share');
  const roots = names.map((name, at) => shelf.file(newFile(dir, name, bytesOf(900, at + 1))).root);
  const peer = await share(shelf);
  return { shelf, roots, peer, home: openHome({ shelf, holders: [peer.holder] }) };
};

const piecesAsked = ({ asked }: Awaited<ReturnType<typeof share>>) =>
  asked.filter(({ ask }) => ask === 'piece' || ask === 'pack').length;

describe('a name that others chose', () => {
  test('is never a hidden one', async () => {
    const { shelf, roots, home } = await withFiles(['a']);
    for (const [name, here] of [
      ['.bash_profile', '_bash_profile'],
      ['...x', '_x'],
      ['.iwant-tmp', '_iwant-tmp'],
    ] as const) {
      shelf.names.set(roots[0]!, { name, size: 900, kind: 'file' });
      expect(await home.fetch(roots[0]!)).toMatchObject({ state: 'done', name: here });
    }
    expect(readdirSync(home.into).sort()).toEqual(['_bash_profile', '_iwant-tmp', '_x']);
  });

  test('gives way to the one the user chose, hidden or not', async () => {
    const { roots, home } = await withFiles(['a']);
    expect(await home.fetch(roots[0]!, { as: '.mine' })).toMatchObject({ name: '.mine' });
    expect(readdirSync(home.into)).toEqual(['.mine']);
  });
});

describe('--overwrite', () => {
  test('replaces an earlier download and says so before the first byte', async () => {
    const { shelf, roots, home } = await withFiles(['a.txt', 'b.txt']);
    await home.fetch(roots[0]!);
    shelf.names.set(roots[1]!, { name: 'a.txt', size: 900, kind: 'file' });
    expect((await home.fetch(roots[1]!)).failure?.sentence).toContain('--overwrite');
    const view = await home.fetch(roots[1]!, { overwrite: true });
    expect(view).toMatchObject({
      state: 'done',
      notes: [expect.stringContaining('Replaces a.txt')],
    });
    expect(home.views.find(({ notes }) => notes.length > 0)?.bytesDone).toBe(0);
    expect(readFileSync(view.path).equals(bytesOf(900, 2))).toBe(true);
  });

  test('never replaces what no download put there, file or folder', async () => {
    const { shelf, roots, home } = await withFiles(['passwords.kdbx']);
    mkdirSync(join(home.into, 'Documents'), { recursive: true });
    writeFileSync(join(home.into, 'passwords.kdbx'), 'mine');
    writeFileSync(join(home.into, 'Documents', 'letter'), 'mine');
    for (const name of ['passwords.kdbx', 'Documents']) {
      shelf.names.set(roots[0]!, { name, size: 900, kind: 'file' });
      const { failure } = await home.fetch(roots[0]!, { overwrite: true });
      expect(failure).toMatchObject({ code: 'E_EXISTS' });
    }
    expect(readFileSync(join(home.into, 'passwords.kdbx'), 'utf8')).toBe('mine');
    expect(readFileSync(join(home.into, 'Documents', 'letter'), 'utf8')).toBe('mine');
  });

  test('keeps the files of others in a folder, and names what is lost', async () => {
    const old = { a: bytesOf(50, 1), b: bytesOf(50, 2), gone: bytesOf(50, 3) };
    const { roots, home, album } = await withAlbum([old, { a: old.a, b: bytesOf(60, 4) }]);
    await home.fetch(roots[0]!);
    mkdirSync(join(album, 'mine', 'deep'), { recursive: true });
    writeFileSync(join(album, 'mine', 'deep', 'note'), 'mine');
    writeFileSync(join(album, 'b'), 'edited');
    const view = await home.fetch(roots[1]!, { overwrite: true });
    expect(view.state).toBe('done');
    expect(view.notes[0]).toContain('Changed since and lost: album/b.');
    expect(view.notes[0]).toContain('Your own files in it stay: album/mine/deep/note.');
    expect(readFileSync(join(album, 'mine', 'deep', 'note'), 'utf8')).toBe('mine');
    expect(readdirSync(album).sort()).toEqual(['a', 'b', 'mine']);
    expect(readdirSync(home.into)).toEqual(['album']);
  });

  test('refuses where a file of others stands in the way, before anything is fetched', async () => {
    const { roots, home, album, peer } = await withAlbum([
      { a: bytesOf(50, 1) },
      { a: bytesOf(50, 1), c: bytesOf(70, 2) },
    ]);
    await home.fetch(roots[0]!);
    writeFileSync(join(album, 'c'), 'mine');
    const before = piecesAsked(peer);
    const { failure } = await home.fetch(roots[1]!, { overwrite: true });
    expect(failure?.sentence).toContain('album/c was not downloaded');
    expect(readFileSync(join(album, 'c'), 'utf8')).toBe('mine');
    expect(piecesAsked(peer)).toBe(before);
  });

  test('keeps what was put into the folder while it was fetched', async () => {
    const { roots, home, album, peer } = await withAlbum([
      { a: bytesOf(50, 1) },
      { a: bytesOf(50, 2), c: bytesOf(70, 2) },
    ]);
    await home.fetch(roots[0]!);
    const before = piecesAsked(peer);
    await home.downloads.start({ hash: roots[1]!, overwrite: true });
    await home.until(({ state }) => state === 'running');
    writeFileSync(join(album, 'late'), 'mine');
    await home.until(({ state, hash }) => state === 'done' && hash === roots[1]);
    expect(piecesAsked(peer)).toBeGreaterThan(before);
    expect(readFileSync(join(album, 'late'), 'utf8')).toBe('mine');
  });

  test('gives a folder its name back when a crash came between the two renames', async () => {
    const { roots, home, album } = await withAlbum([{ a: bytesOf(50, 1) }, { a: bytesOf(50, 2) }]);
    await home.fetch(roots[0]!);
    mkdirSync(join(home.into, '.iwant-tmp'));
    const { renameSync } = await import('node:fs');
    renameSync(album, join(home.into, '.iwant-tmp', `${roots[1]!}.old`));
    expect((await home.fetch(roots[1]!)).failure).toMatchObject({ code: 'E_EXISTS' });
    expect(readFileSync(join(album, 'a')).equals(bytesOf(50, 1))).toBe(true);
  });
});

describe('equal files of this disk', () => {
  const large = bytesOf(3 * PIECE_BYTES, 7);

  test('are not fetched again when one file of a folder changed', async () => {
    const old = { large, small: bytesOf(50, 1) };
    const { roots, home, peer } = await withAlbum([old, { ...old, small: bytesOf(50, 2) }]);
    await home.fetch(roots[0]!);
    const before = piecesAsked(peer);
    const view = await home.fetch(roots[1]!, { overwrite: true });
    expect(view).toMatchObject({ state: 'done', bytesDone: large.length + 50 });
    expect(piecesAsked(peer) - before).toBe(1);
    expect(view.notes.join(' ')).toContain('1 file (3.0 MiB) is already on this disk');
  });

  test('make a folder whose times alone differ the same folder, with the new times', async () => {
    const { shelf, roots, home, album, peer } = await withAlbum([{ a: bytesOf(50, 1) }]);
    await home.fetch(roots[0]!);
    const touched = join(newDir('share'), 'album');
    mkdirSync(touched);
    utimesSync(newFile(touched, 'a', bytesOf(50, 1)), 1_000_000_000, 1_000_000_000);
    const { root } = shelf.directory(touched);
    expect(root).not.toBe(roots[0]);
    const before = piecesAsked(peer);
    expect(await home.fetch(root)).toMatchObject({ state: 'done', failure: null });
    expect(piecesAsked(peer)).toBe(before);
    expect(statSync(join(album, 'a')).mtimeMs).toBe(1_000_000_000_000);
    expect(home.journal.placed.at(album)?.hash).toBe(root);
  });

  test('are taken from an unfinished download of the same name', async () => {
    // Two of them do not fit one pack.
    const old = { a: bytesOf(600_000, 1), b: bytesOf(600_001, 2), c: bytesOf(600_002, 3) };
    const { shelf, roots, peer } = await withAlbum([
      old,
      { ...old, a: bytesOf(600_000, 4) },
      { ...old, b: bytesOf(600_001, 4) },
      { ...old, c: bytesOf(600_002, 4) },
    ]);
    // The packs are requested in random order: the third of them never arrives.
    const asked = new Set<number>();
    const halting = await share(shelf, (honest) => (request, asker) => {
      if (request.ask === 'pack') asked.add(request.first);
      const isThird = request.ask === 'pack' && asked.size === 3;
      return isThird ? new Promise(() => undefined) : honest(request, asker);
    });
    const first = openHome({ shelf, holders: [halting.holder] });
    await first.downloads.start({ hash: roots[0]!, overwrite: false });
    await first.until(({ filesDone }) => filesDone === 2);
    await first.close();
    const again = openHome({ shelf, holders: [peer.holder], dir: first.dir });
    const missing = [...asked][2]!;
    const view = await again.fetch(roots[1 + missing]!);
    expect(view).toMatchObject({ state: 'done', filesDone: 3 });
    expect(piecesAsked(peer)).toBe(1);
    expect(readdirSync(again.into)).toEqual(['album']);
  });
});

describe('files that this host has already', () => {
  const film = bytesOf(3 * PIECE_BYTES + 5, 7);

  test('are copied from its shares, and the rest is fetched', async () => {
    const { shelf, roots, peer } = await withAlbum([{ film, small: bytesOf(50, 1) }]);
    const mine = new Shelf();
    const own = mine.file(newFile(newDir('mine'), 'my film', film));
    const sharedAt = async (root: FileHash) => {
      const content = mine.contents.get(root);
      return content?.kind === 'file' ? content.path : undefined;
    };
    const home = openHome({ shelf, holders: [peer.holder], sharedAt });
    const view = await home.fetch(roots[0]!);
    expect(view).toMatchObject({
      state: 'done',
      notes: [expect.stringContaining('1 file (3.0 MiB)')],
    });
    expect(peer.asked.filter(({ root }) => root === own.root && root)).not.toContainEqual(
      expect.objectContaining({ ask: 'piece' }),
    );
    expect(readFileSync(join(view.path, 'film')).equals(film)).toBe(true);
  });

  test('are copied from earlier downloads, in folders too; a copy that is not right any more is fetched', async () => {
    const { shelf, roots, peer, home } = await withAlbum([{ film, small: bytesOf(50, 1) }]);
    const album = await home.fetch(roots[0]!);
    const { root } = shelf.file(newFile(newDir('share'), 'film.mkv', film));
    const before = piecesAsked(peer);
    const copied = await home.fetch(root, { to: join(newDir('d'), 'one') });
    expect(readFileSync(copied.path).equals(film)).toBe(true);
    expect(piecesAsked(peer)).toBe(before);
    for (const path of [copied.path, join(album.path, 'film')]) {
      writeFileSync(path, bytesOf(film.length, 8));
    }
    const fetched = await home.fetch(root, { to: join(newDir('d'), 'two') });
    expect(readFileSync(fetched.path).equals(film)).toBe(true);
    expect(piecesAsked(peer) - before).toBe(4);
  });

  test('in an older version: only the pieces that differ are fetched', async () => {
    const edited = Buffer.from(film);
    edited.fill(1, PIECE_BYTES + 7, PIECE_BYTES + 9);
    const { shelf, peer, home } = await withAlbum([{}]);
    const [old, now] = [film, edited].map(
      (bytes) => shelf.file(newFile(newDir('share'), 'disk.img', bytes)).root,
    );
    const trees = await withAlbum([{ 'disk.img': film }, { 'disk.img': edited }]);
    await home.fetch(old!);
    const before = piecesAsked(peer);
    const view = await home.fetch(now!, { overwrite: true });
    expect(readFileSync(view.path).equals(edited)).toBe(true);
    expect(view.notes.join(' ')).toContain('only the parts that differ are fetched');
    expect(piecesAsked(peer) - before).toBe(1);
    await trees.home.fetch(trees.roots[0]!);
    const beforeTree = piecesAsked(trees.peer);
    await trees.home.fetch(trees.roots[1]!, { overwrite: true });
    expect(readFileSync(join(trees.album, 'disk.img')).equals(edited)).toBe(true);
    expect(piecesAsked(trees.peer) - beforeTree).toBe(1);
  });
});

describe('a folder to download to', () => {
  test('is made when it is named now, refused when it was named before and is away', async () => {
    const dir = join(newDir('target'), 'stick');
    await expect(usableFolder(dir, [], false)).rejects.toMatchObject({
      code: 'E_BAD_PATH',
      sentence: expect.stringContaining('is not mounted'),
    });
    const [file, loop] = [newFile(newDir('target'), 'file', bytesOf(1, 1)), `${dir}-loop`];
    await expect(usableFolder(join(file, 'x'), [], true)).rejects.toThrow(
      'cannot be made (ENOTDIR)',
    );
    symlinkSync(loop, loop);
    const looped = usableFolder(loop, [], false);
    await expect(looped).rejects.toThrow('a symbolic link in the path leads back to itself.');
    expect(existsSync(dir)).toBe(false);
    expect(await usableFolder(dir, [], true)).toBe(dir);
  });

  test('is refused when it is the empty mount point of a disk that is away', () => {
    expect(() => refuseAwayDisk('/mnt/stick/a', '/mnt/stick', '/')).toThrow('is not mounted now');
    expect(() => refuseAwayDisk('/mnt/stick/a', '/', '/mnt/stick')).not.toThrow();
    expect(() => refuseAwayDisk('/mnt/stick/a', '/mnt', '/mnt/stick')).not.toThrow();
    expect(() => refuseAwayDisk('/home/a', '/home', '/home')).not.toThrow();
    expect(() => refuseAwayDisk('/home/a', undefined, '/home')).not.toThrow();
  });

  test('two folders for one content at the same time: the second is refused in a sentence', async () => {
    const { roots, peer, shelf } = await withFiles(['a.txt']);
    const mute = await share(shelf, () => () => new Promise(() => undefined));
    const home = openHome({ shelf, holders: [mute.holder] });
    const [d1, d2] = [join(newDir('d'), 'one'), join(newDir('d'), 'two')];
    const first = { hash: roots[0]!, overwrite: false, to: d1 };
    await home.downloads.start(first);
    expect(await home.downloads.start(first)).toMatchObject({ path: join(d1, 'a.txt') });
    const second = home.downloads.start({ ...first, to: d2 });
    await expect(second).rejects.toMatchObject({ code: 'E_EXISTS' });
    await expect(second).rejects.toThrow('is being fetched to');
    await home.close();
    const later = openHome({ shelf, holders: [peer.holder], dir: home.dir });
    const third = later.downloads.start({ ...first, to: d2 });
    await expect(third).rejects.toThrow('iwanto cancel');
    expect(await later.fetch(roots[0]!)).toMatchObject({ state: 'done', path: join(d1, 'a.txt') });
    expect(await later.fetch(roots[0]!, { to: d2 })).toMatchObject({ state: 'done' });
  });

  test('another one is taken after the first was refused before the first byte', async () => {
    const shelf = new Shelf();
    const root = 'ab'.repeat(32) as FileHash;
    shelf.names.set(root, { name: 'vast.bin', size: 2 ** 52, kind: 'file' });
    const { holder } = await share(shelf);
    const home = openHome({ shelf, holders: [holder] });
    for (const to of [join(newDir('d'), 'one'), join(newDir('d'), 'two')]) {
      const { failure } = await home.fetch(root, { to });
      expect(failure).toMatchObject({ code: 'E_DISK_FULL', sentence: expect.stringContaining(to) });
    }
  });

  test('what a refused attempt asked for does not bind the next one, but its resumption', async () => {
    const { roots, home, album } = await withAlbum([{ 'a.txt': bytesOf(9, 1) }]);
    const [root, elsewhere] = [roots[0]!, newDir('elsewhere')];
    const none = { state: 'failed', failure: { code: 'E_NOT_FOUND' } };
    expect(await home.fetch(root, { only: '*.zip', to: elsewhere })).toMatchObject(none);
    home.views.length = 0;
    expect(await home.downloads.resume(root)).toMatchObject({ path: join(elsewhere, 'album') });
    expect(await home.until(({ failure }) => failure !== null)).toMatchObject(none);
    expect(await home.fetch(root)).toMatchObject({ state: 'done', path: album });
    expect(await home.downloads.resume(root)).toMatchObject({ state: 'done' });
  });

  test('two contents of one name at the same time: the second is refused before its first byte', async () => {
    const { shelf, roots } = await withFiles(['a.txt', 'b.txt']);
    shelf.names.set(roots[1]!, { name: 'a.txt', size: 900, kind: 'file' });
    const mute = await share(shelf, () => () => new Promise(() => undefined));
    const home = openHome({ shelf, holders: [mute.holder] });
    await home.downloads.start({ hash: roots[0]!, overwrite: false });
    const view = await home.fetch(roots[1]!);
    expect(view.failure).toMatchObject({ code: 'E_EXISTS' });
    expect(mute.asked.filter(({ root }) => root === roots[1])).toEqual([]);
  });
});

describe('HOSTILE 75: another content under the same name', () => {
  test('has a temporary file of its own', async () => {
    const { shelf, roots, peer } = await withFiles(['a.txt', 'b.txt']);
    shelf.names.set(roots[1]!, { name: 'a.txt', size: 900, kind: 'file' });
    const mute = await share(shelf, () => () => new Promise(() => undefined));
    const first = openHome({ shelf, holders: [mute.holder] });
    await first.downloads.start({ hash: roots[0]!, overwrite: false });
    await first.until(({ state }) => state === 'running');
    await first.close();
    const again = openHome({ shelf, holders: [peer.holder], dir: first.dir });
    const view = await again.fetch(roots[1]!);
    expect(view.state).toBe('done');
    expect(readFileSync(view.path).equals(bytesOf(900, 2))).toBe(true);
    rmSync(view.path);
    expect((await again.fetch(roots[0]!)).state).toBe('done');
    expect(readFileSync(view.path).equals(bytesOf(900, 1))).toBe(true);
  });
});

describe('--only', () => {
  test('fetches what fits, and more of the same folder later', async () => {
    const files = { 'a.jpg': bytesOf(50, 1), 'b.txt': bytesOf(60, 2), 'c.jpg': bytesOf(70, 3) };
    const { roots, home, album } = await withAlbum([files]);
    const hash = roots[0] as FileHash;
    expect(await home.fetch(hash, { only: '*.jpg' })).toMatchObject({ state: 'done', bytes: 120 });
    expect(readdirSync(album).sort()).toEqual(['a.jpg', 'c.jpg']);
    expect(await home.fetch(hash, { only: '*.txt' })).toMatchObject({ state: 'done', bytes: 180 });
    expect(readdirSync(album).sort()).toEqual(['a.jpg', 'b.txt', 'c.jpg']);
    const none = await home.fetch(hash, { only: '*.mkv', as: 'other' });
    expect(none.failure).toMatchObject({ code: 'E_NOT_FOUND' });
  });

  test('of a folder that was removed, only what fits is fetched again', async () => {
    const files = { 'a.jpg': bytesOf(50, 1), 'b.txt': bytesOf(60, 2) };
    const { roots, home, album } = await withAlbum([files]);
    const hash = roots[0] as FileHash;
    expect(await home.fetch(hash)).toMatchObject({ state: 'done', bytes: 110 });
    rmSync(album, { recursive: true });
    home.downloads.clear();
    expect(await home.fetch(hash, { only: '*.jpg' })).toMatchObject({ state: 'done' });
    expect(readdirSync(album)).toEqual(['a.jpg']);
  });

  test('a single file must fit, too', async () => {
    const shelf = new Shelf();
    const { root } = shelf.file(newFile(newDir('share'), 'film.mkv', bytesOf(90)));
    const home = openHome({ shelf, holders: [(await share(shelf)).holder] });
    const refused = await home.fetch(root, { only: '*.jpg', as: 'film.mkv' });
    expect(refused.failure).toMatchObject({ code: 'E_NOT_FOUND' });
    const fetched = await home.fetch(root, { only: '*.mkv', as: 'film.mkv' });
    expect(fetched).toMatchObject({ state: 'done', bytes: 90 });
  });
});

describe('a content that its source changes while it is fetched', () => {
  const halted = async (
    then: (shelf: Shelf, root: FileHash, path: string, holders: Holder[]) => FileHash | undefined,
  ) => {
    const shelf = new Shelf();
    const path = newFile(newDir('share'), 'film.mkv', bytesOf(20 * PIECE_BYTES));
    const { root } = shelf.file(path);
    let served = 0;
    let now: FileHash | undefined;
    const holders: Holder[] = [];
    const peer = await share(shelf, (honest) => async (request, asker) => {
      if (request.ask === 'piece') served += 1;
      if (served === 6) {
        now = then(shelf, root, path, holders);
        peer.uploader.contents.forget(root);
      }
      return honest(request, asker);
    });
    holders.push(peer.holder);
    const home = openHome({ shelf, holders });
    const startedMs = performance.now();
    const view = await home.fetch(root);
    return { view, seconds: (performance.now() - startedMs) / 1_000, now };
  };

  test('goes on at once when it was only touched, or moved', async () => {
    const { view, seconds } = await halted((shelf, root, path) => {
      utimesSync(path, 1_000, 1_000);
      const known = shelf.names.get(root)!;
      shelf.names.delete(root);
      setTimeout(() => {
        shelf.file(path);
        shelf.names.set(root, known);
      }, 500);
      return undefined;
    });
    expect(view).toMatchObject({ state: 'done', failure: null });
    expect(seconds).toBeLessThan(6);
  });

  test('says within 5 s what it is now', async () => {
    const { view, seconds, now } = await halted((shelf, root, path) => {
      shelf.names.delete(root);
      shelf.contents.delete(root);
      writeFileSync(path, 'other');
      return shelf.file(path).root;
    });
    expect(view.failure?.code).toBe('E_CHANGED');
    expect(view.failure?.sentence).toContain(`is now ${now}`);
    expect(seconds).toBeLessThan(5);
  });

  test('does so too while the tracker names this host, which offers what it has of it', async () => {
    const { view, seconds, now } = await halted((shelf, root, path, holders) => {
      holders.splice(0, 1, { ...holders[0]!, peer: 'ff'.repeat(10) as PeerId });
      shelf.contents.delete(root);
      writeFileSync(path, 'other');
      const { root: changed } = shelf.file(path);
      shelf.names.set(changed, { ...shelf.names.get(root)!, size: 5 });
      return changed;
    });
    expect(view.failure?.sentence).toContain(`is now ${now}`);
    expect(seconds).toBeLessThan(6);
  });
});
