/** Opens a SQLite file, brings it to the present schema, and sets it aside when it is damaged. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { Failure } from '@iwanto/wire';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';

/** How long a statement waits for another process that holds the file (HOSTILE 99). */
const BUSY_LIMIT_MS = 5_000;

/** A statement from Kysely, built or raw SQL. */
export interface Step {
  compile(kysely: Kysely<unknown>): { readonly sql: string };
}

/** The statements that lead from one schema version to the next: element 0 leads from nothing to version 1. */
export type Migration = (kysely: Kysely<unknown>) => Step[];

export interface OpenOptions {
  /** The database file; its directory exists. */
  readonly path: string;
  readonly migrations: readonly Migration[];
  /** The present time in ms: used to name files that are set aside. */
  readonly nowMs: number;
}

export interface Database<Tables> {
  /** To build queries; they run through `sqlite`, synchronously, so that a transaction never waits. */
  readonly kysely: Kysely<Tables>;
  readonly sqlite: Sqlite.Database;
  /** Where a damaged file was moved, when one was found. */
  readonly setAside: string | undefined;
  /** True if the file may not be written: this is a copy in memory, which is not kept. */
  readonly isCopy: boolean;
  close(): void;
}

/**
 * Opens or creates the database. A damaged file is renamed to `<path>.corrupt-<time>` and a new one begun.
 * Failure E_BAD_PATH when the file was written by a newer version of the program: starting again would not help.
 */
export function openDatabase<Tables>(options: OpenOptions): Database<Tables> {
  try {
    return begin<Tables>(options, undefined);
  } catch (cause) {
    if (isReadOnly(cause)) return beginInMemory<Tables>(options);
    if (!isCorruption(cause)) throw cause;
    const setAside = `${options.path}.corrupt-${options.nowMs}`;
    setFileAside(options.path, setAside);
    return begin<Tables>(options, setAside);
  }
}

/** Whether SQLite says that the file is not, or no longer, a database. */
export function isCorruption(cause: unknown): boolean {
  return cause instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(cause.code);
}

/** Whether the disk was full: nothing of the transaction was kept. */
export function isDiskFull(cause: unknown): boolean {
  if (cause instanceof Sqlite.SqliteError) return cause.code === 'SQLITE_FULL';
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
}

/** Whether the file or its directory may not be written. */
export function isReadOnly(cause: unknown): boolean {
  return cause instanceof Sqlite.SqliteError && /^SQLITE_(READONLY|CANTOPEN|PERM)/.test(cause.code);
}

function setFileAside(path: string, target: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
}

function begin<Tables>(options: OpenOptions, setAside: string | undefined): Database<Tables> {
  const sqlite = new Sqlite(options.path, { timeout: BUSY_LIMIT_MS });
  return prepared(options, sqlite, () => {
    sqlite.pragma('journal_mode = WAL');
    return { setAside, isCopy: false };
  });
}

/** Bytes 18 and 19 of the header say whether the file has a write-ahead log; a copy in memory cannot. */
const WAL_FLAGS = { from: 18, to: 20, without: 1 } as const;

/** Where the file cannot be written (HOSTILE 97): what was committed to it can still be read. */
function beginInMemory<Tables>(options: OpenOptions): Database<Tables> {
  const bytes = existsSync(options.path) ? readFileSync(options.path) : Buffer.alloc(0);
  if (bytes.length > WAL_FLAGS.to) bytes.fill(WAL_FLAGS.without, WAL_FLAGS.from, WAL_FLAGS.to);
  const sqlite = bytes.length > 0 ? new Sqlite(bytes) : new Sqlite(':memory:');
  return prepared(options, sqlite, () => ({ setAside: undefined, isCopy: true }));
}

function prepared<Tables>(
  options: OpenOptions,
  sqlite: Sqlite.Database,
  start: () => Pick<Database<Tables>, 'setAside' | 'isCopy'>,
): Database<Tables> {
  try {
    const origin = start();
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('foreign_keys = ON');
    refuseDamage(sqlite);
    const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
    migrate(options, { sqlite, kysely: kysely as Kysely<unknown>, isCopy: origin.isCopy });
    return { kysely, sqlite, ...origin, close: () => sqlite.close() };
  } catch (cause) {
    sqlite.close();
    throw cause;
  }
}

function refuseDamage(sqlite: Sqlite.Database): void {
  const [finding] = sqlite.pragma('quick_check(1)') as { quick_check: string }[];
  if (finding?.quick_check !== 'ok') {
    throw new Sqlite.SqliteError(finding?.quick_check ?? 'no answer', 'SQLITE_CORRUPT');
  }
}

interface Target {
  readonly sqlite: Sqlite.Database;
  readonly kysely: Kysely<unknown>;
  readonly isCopy: boolean;
}

function migrate(options: OpenOptions, { sqlite, kysely, isCopy }: Target): void {
  const present = sqlite.pragma('user_version', { simple: true }) as number;
  const wanted = options.migrations.length;
  if (present > wanted) {
    throw new Failure(
      'E_BAD_PATH',
      `${options.path} was written by a newer iwanto (format ${present}, this one knows ${wanted}): install the newer one again, or move the file away to start over.`,
    );
  }
  if (present === wanted) return;
  if (present > 0 && !isCopy) backUp(sqlite, `${options.path}.v${present}-${options.nowMs}`);
  const steps = sqlite.transaction(() => {
    for (const migration of options.migrations.slice(present)) {
      for (const statement of migration(kysely)) sqlite.exec(statement.compile(kysely).sql);
    }
    sqlite.pragma(`user_version = ${wanted}`);
  });
  steps.immediate();
}

function backUp(sqlite: Sqlite.Database, target: string): void {
  sqlite.prepare('VACUUM INTO ?').run(target);
}
