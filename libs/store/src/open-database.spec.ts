/** Opening: fresh, damaged, newer, older, full and read-only files (HOSTILE 95-100). */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CATALOGUE_MIGRATIONS,
  type CatalogueTables,
  type Database,
  type Migration,
  catalogueStatements,
  isDiskFull,
  openDatabase,
  prepare,
} from './index.js';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'iwanto-store-'));
  path = join(dir, 'catalogue.sqlite');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (migrations: readonly Migration[] = CATALOGUE_MIGRATIONS, nowMs = 1) =>
  openDatabase<CatalogueTables>({ path, migrations, nowMs });
const note = (database: Database<CatalogueTables>, text: string) =>
  catalogueStatements(database).setMeta.run({ name: 'note', text });
const noted = (database: Database<CatalogueTables>) =>
  catalogueStatements(database).meta.get({ name: 'note' })?.text;

/** Opens, works and closes. */
function withDatabase<T>(work: (database: Database<CatalogueTables>) => T): T {
  const database = open();
  try {
    return work(database);
  } finally {
    database.close();
  }
}

describe('opening', () => {
  test('makes the schema once and keeps what was written', () => {
    withDatabase((database) => note(database, 'kept'));
    withDatabase((database) => {
      expect(database.setAside).toBeUndefined();
      expect(noted(database)).toBe('kept');
      expect(database.sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
    });
  });

  test('HOSTILE 95: zero bytes become a new database, garbage is set aside', () => {
    writeFileSync(path, '');
    withDatabase((database) => expect(database.setAside).toBeUndefined());
    writeFileSync(path, Buffer.alloc(10_000, 'x'));
    withDatabase((database) => {
      expect(database.setAside).toBe(`${path}.corrupt-1`);
      note(database, 'works');
    });
    expect(readdirSync(dir)).toContain('catalogue.sqlite.corrupt-1');
  });

  test('HOSTILE 96: a full disk takes back the whole transaction, and reading goes on', () => {
    withDatabase((database) => {
      note(database, 'before');
      const pages = database.sqlite.pragma('page_count', { simple: true }) as number;
      database.sqlite.pragma(`max_page_count = ${pages + 1}`);
      const fill = database.sqlite.transaction(() => {
        note(database, 'after');
        catalogueStatements(database).setMeta.run({ name: 'large', text: 'x'.repeat(1_000_000) });
      });
      let cause: unknown;
      try {
        fill();
      } catch (thrown) {
        cause = thrown;
      }
      expect(isDiskFull(cause)).toBe(true);
      expect(noted(database)).toBe('before');
      expect(database.sqlite.pragma('quick_check', { simple: true })).toBe('ok');
    });
  });

  const asRoot = process.getuid?.() === 0 && process.env['JEST_RIGHTS'] !== 'dropped';
  (asRoot ? test.skip : test)(
    'HOSTILE 97: a file that may not be written serves from memory',
    () => {
      withDatabase((database) => note(database, 'kept'));
      chmodSync(path, 0o400);
      chmodSync(dir, 0o500);
      const database = open();
      chmodSync(dir, 0o700);
      expect(database.isCopy).toBe(true);
      expect(noted(database)).toBe('kept');
      note(database, 'forgotten');
      database.close();
    },
  );

  test('HOSTILE 99: a second writer waits up to 5 s', () => {
    withDatabase(({ sqlite }) =>
      expect(sqlite.pragma('busy_timeout', { simple: true })).toBe(5_000),
    );
  });

  test('HOSTILE 100: an older schema is backed up and brought up to date', () => {
    withDatabase((database) => note(database, 'old'));
    const next: Migration = () => [{ compile: () => ({ sql: 'create table more (x integer)' }) }];
    const database = open([...CATALOGUE_MIGRATIONS, next], 7);
    expect(database.sqlite.pragma('user_version', { simple: true })).toBe(2);
    expect(noted(database)).toBe('old');
    database.close();
    expect(existsSync(`${path}.v1-7`)).toBe(true);
    expect(() => open()).toThrow(/newer iwanto \(format 2, this one knows 1\)/);
  });
});

describe('a prepared statement', () => {
  test('refuses values that stand in the query', () => {
    withDatabase(({ sqlite, kysely }) => {
      const loose = kysely.selectFrom('meta').selectAll().where('name', '=', 'x');
      expect(() => prepare(sqlite, loose)).toThrow(/loose parameters/);
    });
  });
});
