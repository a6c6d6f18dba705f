/** Bad input and faults of shared folders and the database: HOSTILE 65, 77-88 and 95-100, each under its number. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CATALOGUE_MIGRATIONS, openDatabase } from '@iwanto/store';
import Sqlite from 'better-sqlite3';
import { isSharePath } from '@iwanto/tracker';
import { Failure, type FileHash, PATH_COMPONENTS_MAX } from '@iwanto/wire';
import { Catalogue } from './catalogue/catalogue.js';
import { IndexingRoom } from './testing/indexing-room.js';
import { contentFind } from './verbs/content-find.js';

/** Many threads and disks share a busy machine. */
jest.setTimeout(60_000);

let room: IndexingRoom;
beforeEach(async () => {
  room = await IndexingRoom.open();
});
afterEach(() => room.close());

const database = () => join(room.dir, 'catalogue.sqlite');
const bytesPath = (...parts: (string | Buffer)[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

/** Stops the room, tampers with what it left, and opens it again. */
async function reopen(between: () => void): Promise<void> {
  await room.stop();
  between();
  room = await IndexingRoom.open({ dir: room.dir });
}

describe('names and kinds', () => {
  test('HOSTILE 65: a name that is not UTF-8 is skipped with its hex, and the scan goes on', async () => {
    writeFileSync(room.path('good'), 'good');
    const shared = `${room.path('x').slice(0, -1)}`;
    writeFileSync(bytesPath(shared, 'bad ', Buffer.from([0xff, 0xfe])), 'bad');
    mkdirSync(bytesPath(shared, Buffer.from([0xc3])));
    await room.share();
    expect(room.files()).toEqual(['shared/good']);
    expect(room.troubles.join('\n')).toContain('62616420fffe');
    expect(room.indexing.state().folders[0]?.warning).toContain('2 entries cannot be shared');
    await room.indexing.rescan(true);
  });

  test('HOSTILE 77: FIFOs and sockets are skipped and never opened', async () => {
    writeFileSync(room.path('file'), 'file');
    for (let at = 0; at < 5; at += 1) execFileSync('mkfifo', [room.path(`fifo${at}`)]);
    const server = createServer().listen(room.path('socket'));
    await room.share();
    expect(room.files()).toEqual(['shared/file']);
    server.close();
  });

  test('HOSTILE 77: a file that becomes a FIFO or a symlink while it waits is not read', async () => {
    await room.share();
    for (let at = 0; at < 20; at += 1) {
      writeFileSync(room.path(`f${at}`), `${at}`);
      rmSync(room.path(`f${at}`));
      if (at % 2) symlinkSync('/etc/passwd', room.path(`f${at}`));
      else execFileSync('mkfifo', [room.path(`f${at}`)]);
    }
    writeFileSync(room.path('last'), 'last');
    await room.until(() => room.files().includes('shared/last'), 'the last file');
    await room.untilIdle();
    expect(room.files()).toEqual(['shared/last']);
  });

  test('HOSTILE 78: symlink loops, links to / and outside are entries, never followed', async () => {
    mkdirSync(room.path('dir'));
    symlinkSync('.', room.path('dir', 'loop'));
    symlinkSync('/', room.path('slash'));
    symlinkSync('/etc/passwd', room.path('outside'));
    symlinkSync('nowhere', room.path('broken'));
    await room.share();
    expect([...room.lines().keys()].sort()).toEqual(['shared', 'shared/dir']);
  });

  test('HOSTILE 88: hidden files, swap files and temporary folders are ignored', async () => {
    for (const name of [
      '.iwant-tmp/x',
      '.bashrc',
      'a.swp',
      'a~',
      '~$doc.docx',
      '#a#',
      'Thumbs.db',
    ]) {
      writeFileSync(room.path(...name.split('/')), name);
    }
    await room.share();
    expect([...room.lines().keys()]).toEqual(['shared']);
  });
});

describe('files that do not hold still', () => {
  test('HOSTILE 79: what vanishes while it is looked at is skipped and the scan completes', async () => {
    const churn = () => {
      for (let at = 0; at < 100; at += 1) writeFileSync(room.path('churn', `${at}`), `${at}`);
      rmSync(room.path('churn'), { recursive: true });
    };
    await room.share();
    for (let round = 0; round < 5; round += 1) {
      churn();
      await room.indexing.rescan(false);
    }
    writeFileSync(room.path('end'), 'end');
    await room.until(() => room.files().join() === 'shared/end', 'the churn to end');
  });

  const asRoot = process.getuid?.() === 0 && process.env['JEST_RIGHTS'] !== 'dropped';
  (asRoot ? test.skip : test)('HOSTILE 79: unreadable files and folders are skipped', async () => {
    writeFileSync(room.path('secret'), 'x', { mode: 0 });
    mkdirSync(room.path('locked'), { mode: 0 });
    writeFileSync(room.path('open'), 'x');
    await room.share();
    expect(room.files()).toEqual(['shared/open']);
    expect(room.indexing.state().folders[0]?.warning).toContain('2 entries');
    chmodSync(room.path('open'), 0);
    await room.until(() => room.files().length === 0, 'what can no longer be read to go');
    await room.untilIdle();
    await room.indexing.rescan(false);
    await room.untilIdle();
    expect(room.files()).toEqual([]);
    chmodSync(room.path('open'), 0o600);
    await room.until(() => room.files().join() === 'shared/open', 'it to come back');
    // Node.js 26 removes a folder only if it can be listed.
    chmodSync(room.path('locked'), 0o700);
  });

  test('HOSTILE 80: a file that is truncated while it is hashed is told with its end state only', async () => {
    await room.share();
    const seen = new Set<number>();
    room.catalogue.onChange(() => {
      const size = room.lines().get('shared/big')?.size;
      if (size !== undefined) seen.add(size);
    });
    const fd = openSync(room.path('big'), 'w');
    for (let round = 0; round < 40; round += 1) {
      ftruncateSync(fd, 200_000_000);
      await room.indexing.rescan(false);
      ftruncateSync(fd, 1_000 + round);
      writeSync(fd, Buffer.from(`round ${round}`), 0, undefined, 0);
    }
    closeSync(fd);
    await room.until(() => room.lines().get('shared/big')?.size === 1_039, 'the end state');
    await room.untilIdle();
    const hash = room.lines().get('shared/big')?.hash;
    await room.indexing.rescan(true);
    await room.untilIdle();
    expect(room.lines().get('shared/big')?.hash).toBe(hash);
    for (const size of seen) expect([200_000_000, 1_039]).toContain(size);
  });

  test('HOSTILE 81: a file that grows is published when it rests, not before', async () => {
    const { stop } = room;
    await stop.call(room);
    room = await IndexingRoom.open({ dir: room.dir, settleMs: 200 });
    await room.share();
    const sizes = new Set<number>();
    room.catalogue.onChange(() => {
      const size = room.lines().get('shared/log')?.size;
      if (size !== undefined) sizes.add(size);
    });
    for (let round = 0; round < 40; round += 1) {
      appendFileSync(room.path('log'), 'one line more\n');
      await room.indexing.rescan(false);
    }
    await room.until(() => room.lines().get('shared/log')?.size === 560, 'the whole log');
    expect(sizes.size).toBeLessThanOrEqual(3);
  });

  test('HOSTILE 82: a huge sparse file blocks nobody and can be unshared at any moment', async () => {
    writeFileSync(room.path('huge'), '');
    truncateSync(room.path('huge'), 2 ** 40);
    void room.share().catch(() => undefined);
    await room.until(() => room.indexing.state().indexing.bytesTotal >= 2 ** 40, 'the huge file');
    writeFileSync(room.path('small'), 'small');
    await room.until(() => room.files().includes('shared/small'), 'the small file');
    const { indexing } = room.indexing.state();
    expect(indexing.active).toBe(true);
    expect(indexing.bytesDone).toBeLessThan(indexing.bytesTotal);
    rmSync(room.path('huge'));
    room.indexing.removeFolder(room.catalogue.folders[0]!);
    await room.untilIdle();
    expect(room.files()).toEqual(['shared/small']);
  });

  test('HOSTILE 86: a file that changed since it was indexed is found with the identity it had', async () => {
    writeFileSync(room.path('a'), 'first');
    writeFileSync(room.path('b'), 'first');
    await room.share();
    const hash = room.lines().get('shared/a')!.hash as FileHash;
    const find = contentFind(room.catalogue, () => undefined);
    const before = await find({ hashes: [hash] });
    appendFileSync(room.path('a'), 'more');
    const { contents } = await find({ hashes: [hash] });
    expect(before.contents).toHaveLength(1);
    expect(contents).toMatchObject([{ kind: 'file', path: room.path('b') }]);
  });
});

describe('large and deep', () => {
  test('HOSTILE 83: a depth of 1,000 is cut at the limit with a word, and does no harm', async () => {
    let path = room.path('d');
    for (let at = 0; at < 1_000; at += 1) path = join(path, 'd');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'deepest'), 'x');
    writeFileSync(room.path('d', 'd', 'shallow'), 'x');
    await room.share();
    expect(room.files()).toEqual(['shared/d/d/shallow']);
    expect(room.troubles.join('\n')).toContain('is nested more than 64 levels deep');
  });

  test('what is as deep as a tracker keeps is shared, one level more is skipped, named and counted', async () => {
    const names = Array.from({ length: PATH_COMPONENTS_MAX - 2 }, () => 'd');
    writeFileSync(room.path(...names, 'deepest'), 'x');
    writeFileSync(room.path(...names, 'e', 'too deep'), 'y');
    await room.share();
    expect(room.files()).toEqual([`shared/${names.join('/')}/deepest`]);
    expect([...room.lines().keys()].every(isSharePath)).toBe(true);
    expect(room.troubles.join('\n')).toContain(
      'e/too deep is not shared: it is nested more than 64 levels deep',
    );
    expect(room.indexing.state().folders[0]?.warning).toContain('1 entry cannot be shared');
  });

  test('a path is measured in bytes, as a tracker measures it', async () => {
    // One component short of the limit in characters, and far beyond it in bytes; made step by step, as no
    // system call takes such a path.
    const name = 'é'.repeat(120);
    const before = process.cwd();
    process.chdir(join(room.dir, 'shared'));
    for (let at = 0; at < 20; at += 1) {
      mkdirSync(name);
      process.chdir(name);
    }
    process.chdir(before);
    writeFileSync(room.path('short'), 'x');
    await room.share();
    expect(room.files()).toEqual(['shared/short']);
    expect([...room.lines().keys()].every(isSharePath)).toBe(true);
    expect(room.indexing.state().folders[0]?.warning).toContain('cannot be shared');
    execFileSync('rm', ['-r', room.path(name)]);
  });

  test('HOSTILE 85: a moved folder is known again, whichever way it goes', async () => {
    for (let at = 0; at < 200; at += 1)
      writeFileSync(room.path('a', `${at % 5}`, `${at}`), `${at}`);
    await room.share();
    const root = room.lines().get('shared/a')?.hash;
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      renameSync(room.path(from), room.path(to));
      await room.until(() => room.lines().get(`shared/${to}`)?.hash === root, `the move to ${to}`);
      await room.until(() => !room.lines().has(`shared/${from}`), `${from} to go`);
    }
    expect(room.files()).toHaveLength(200);
  });

  test('HOSTILE 87: a folder that goes empties the catalogue, and is taken up when it is back', async () => {
    writeFileSync(room.path('a'), 'a');
    await room.share();
    renameSync(join(room.dir, 'shared'), join(room.dir, 'away'));
    await room.until(() => room.files().length === 0, 'the folder to go');
    const warning = () => room.indexing.state().folders[0]?.warning ?? '';
    await room.until(() => warning().includes('does not exist'), 'the warning');
    renameSync(join(room.dir, 'away'), join(room.dir, 'shared'));
    await room.until(() => room.files().join() === 'shared/a', 'the folder to come back');
    writeFileSync(room.path('b'), 'b');
    await room.until(() => room.files().length === 2, 'a new file in it');
  });
});

describe('the database', () => {
  const filled = async () => {
    for (let at = 0; at < 50; at += 1) writeFileSync(room.path(`${at}`), `${at}`);
    await room.share();
  };

  test.each([
    ['zero bytes', () => writeFileSync(database(), '')],
    ['garbage', () => writeFileSync(database(), Buffer.alloc(40_960, 'garbage'))],
    ['a zeroed header', () => overwrite(Buffer.alloc(100), 0)],
    ['a zeroed page', () => overwrite(Buffer.alloc(4_096), 8_192)],
    ['a cut end', () => truncateSync(database(), 20_000)],
  ])('HOSTILE 95: a database of %s is set aside and rebuilt', async (_, damage) => {
    await filled();
    const { catalogId } = room.catalogue;
    await reopen(damage);
    expect(room.catalogue.catalogId).not.toBe(catalogId);
    await room.share();
    expect(room.files()).toHaveLength(50);
  });

  /** The next change of the catalogue fails as SQLite would fail it. */
  const failOnce = (code: string) => {
    const change = room.catalogue.change.bind(room.catalogue);
    room.catalogue.change = () => {
      room.catalogue.change = change;
      throw new Sqlite.SqliteError(`made up for the test: ${code}`, code);
    };
  };

  test('HOSTILE 95: damage found while running leads to a new catalogue by itself', async () => {
    await filled();
    await reopen(() => undefined);
    await room.share();
    const { catalogId } = room.catalogue;
    overwrite(Buffer.alloc(36_864, 0x5a), 4_096);
    failOnce('SQLITE_CORRUPT');
    writeFileSync(room.path('one more'), 'x');
    await room.until(() => room.catalogue.catalogId !== catalogId, 'a new catalogue');
    await room.until(() => room.files().length === 51, 'all files in it');
    expect(readdirSync(room.dir).some((name) => name.includes('.corrupt-'))).toBe(true);
  });

  test('HOSTILE 96: a full disk pauses indexing, which goes on by itself', async () => {
    await room.stop();
    room = await IndexingRoom.open({ dir: room.dir, pauseMs: 50 });
    await filled();
    failOnce('SQLITE_FULL');
    writeFileSync(room.path('late'), 'late');
    await room.until(() => room.indexing.state().folders[0]!.warning !== '', 'the pause');
    expect(room.indexing.state().folders[0]!.warning).toContain('disk is full');
    expect(room.files()).toHaveLength(50);
    await room.until(() => room.files().includes('shared/late'), 'the file after the pause');
    expect(room.indexing.state().folders[0]!.warning).toBe('');
  });

  test('HOSTILE 98: cut or torn WAL tails leave whole transactions', async () => {
    await filled();
    const copy = mkdtempSync(join(tmpdir(), 'iwanto-wal-'));
    const wal = readFileSync(`${database()}-wal`);
    for (let at = 0; at < 20; at += 1) {
      const path = join(copy, `${at}.sqlite`);
      copyFileSync(database(), path);
      const cut = Math.floor((wal.length * at) / 20) + at;
      const noise = Buffer.alloc(at % 2 ? 500 : 0, at);
      writeFileSync(`${path}-wal`, Buffer.concat([wal.subarray(0, cut), noise]));
      const opened = openDatabase({ path, migrations: CATALOGUE_MIGRATIONS, nowMs: 1 });
      expect(opened.setAside).toBeUndefined();
      opened.close();
    }
    rmSync(copy, { recursive: true });
  });

  test('HOSTILE 100: a newer schema is refused with both versions, and nothing is touched', async () => {
    await filled();
    await room.stop();
    const opened = openDatabase({ path: database(), migrations: CATALOGUE_MIGRATIONS, nowMs: 1 });
    opened.sqlite.pragma('user_version = 99');
    opened.close();
    const open = () => new Catalogue({ path: database(), nowMs: Date.now });
    expect(open).toThrow(Failure);
    expect(open).toThrow(/newer iwanto \(format 99, this one knows 1\)/);
    rmSync(database());
    room = await IndexingRoom.open({ dir: room.dir });
  });

  test('HOSTILE 100: an older schema is migrated in one transaction, with a backup', async () => {
    const path = join(room.dir, 'old.sqlite');
    openDatabase({ path, migrations: CATALOGUE_MIGRATIONS, nowMs: 1 }).close();
    const next = [...CATALOGUE_MIGRATIONS, failing];
    expect(() => openDatabase({ path, migrations: next, nowMs: 2 })).toThrow();
    const opened = openDatabase({ path, migrations: CATALOGUE_MIGRATIONS, nowMs: 3 });
    expect(opened.sqlite.pragma('user_version', { simple: true })).toBe(1);
    opened.close();
    expect(existsSync(`${path}.v1-2`)).toBe(true);
  });
});

const failing = () => [
  { compile: () => ({ sql: 'create table half (way integer)' }) },
  { compile: () => ({ sql: 'this is no SQL' }) },
];

/** Writes into the database file without SQLite noticing. */
function overwrite(bytes: Buffer, position: number): void {
  const fd = openSync(database(), 'r+');
  writeSync(fd, bytes, 0, bytes.length, position);
  closeSync(fd);
}
