/** What the transfer service must not forget: unfinished downloads, and which pieces of them are on the disk. */
import type { FileHash, Kind } from '@iwanto/wire';
import type { Kysely } from 'kysely';
import { type Database, type Migration, type OpenOptions, openDatabase } from './open-database.js';
import { type Statement, prepare, value } from './statement.js';

interface DownloadRow {
  hash: FileHash;
  kind: Kind;
  name: string;
  bytes: number;
  files: number;
  folder: string;
  overwrite: number;
  bytesDone: number;
  failure: string | null;
}

interface ClaimRow {
  hash: FileHash;
  path: string;
  inode: string;
  ctimeNs: string;
  verified: Uint8Array;
}

interface Tables {
  download: DownloadRow;
  claim: ClaimRow;
}

/** A download that was begun and is not whole. */
export interface SavedDownload {
  readonly hash: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: number;
  readonly files: number;
  /** The real path of the folder it goes to. */
  readonly folder: string;
  readonly overwrite: boolean;
  readonly bytesDone: number;
  /** What ended the last try, as JSON of a refusal's words; null while it was running. */
  readonly failure: string | null;
}

/** Pieces of one file that were on the disk when it was the inode and had the change time given. */
export interface SavedClaim {
  /** The path inside the download, '' for a single file. */
  readonly path: string;
  readonly inode: string;
  readonly ctimeNs: string;
  /** One bit a piece, the first piece in the lowest bit of the first byte. */
  readonly verified: Uint8Array;
}

const begin: Migration = (kysely) => [
  kysely.schema
    .createTable('download')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('files', 'integer', (column) => column.notNull())
    .addColumn('folder', 'text', (column) => column.notNull())
    .addColumn('overwrite', 'integer', (column) => column.notNull())
    .addColumn('bytesDone', 'integer', (column) => column.notNull())
    .addColumn('failure', 'text'),
  kysely.schema
    .createTable('claim')
    .addColumn('hash', 'text', (column) =>
      column.notNull().references('download.hash').onDelete('cascade'),
    )
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('inode', 'text', (column) => column.notNull())
    .addColumn('ctimeNs', 'text', (column) => column.notNull())
    .addColumn('verified', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('claim_key', ['hash', 'path']),
];

/** The journal of downloads. Everything in it is a hint: bytes are hashed again where a file changed since. */
export class TransferStore {
  private readonly all: Statement<DownloadRow>;
  private readonly upsert: Statement<unknown>;
  private readonly remove: Statement<unknown>;
  private readonly claimOf: Statement<SavedClaim>;
  private readonly putClaim: Statement<unknown>;

  constructor(private readonly database: Database<Tables>) {
    const { kysely, sqlite } = database;
    this.all = prepare(sqlite, kysely.selectFrom('download').selectAll().orderBy('name'));
    this.upsert = prepare(sqlite, upsertDownload(kysely));
    this.remove = prepare(
      sqlite,
      kysely.deleteFrom('download').where('hash', '=', value<FileHash>('hash')),
    );
    this.claimOf = prepare(
      sqlite,
      kysely
        .selectFrom('claim')
        .select(['path', 'inode', 'ctimeNs', 'verified'])
        .where('hash', '=', value<FileHash>('hash'))
        .where('path', '=', value<string>('path')),
    );
    this.putClaim = prepare(sqlite, upsertClaim(kysely));
  }

  /** Where a damaged journal went, when one was found. */
  get setAside(): string | undefined {
    return this.database.setAside;
  }

  downloads(): SavedDownload[] {
    return this.all.all().map((row) => ({ ...row, overwrite: row.overwrite === 1 }));
  }

  save(download: SavedDownload): void {
    this.upsert.run({ ...download, overwrite: download.overwrite ? 1 : 0 });
  }

  /** Forgets a download and its claims. */
  forget(hash: FileHash): void {
    this.remove.run({ hash });
  }

  claim(hash: FileHash, path: string): SavedClaim | undefined {
    return this.claimOf.get({ hash, path });
  }

  /** All or none. The bytes claimed must be durable before: what is recorded is believed after a crash. */
  saveClaims(hash: FileHash, claims: readonly SavedClaim[]): void {
    const save = this.database.sqlite.transaction(() => {
      for (const { path, inode, ctimeNs, verified } of claims) {
        this.putClaim.run({ hash, path, inode, ctimeNs, verified });
      }
    });
    save.immediate();
  }

  close(): void {
    this.database.close();
  }
}

/** Opens the journal of the transfer service. */
export function openTransferStore(options: Omit<OpenOptions, 'migrations'>): TransferStore {
  return new TransferStore(openDatabase<Tables>({ ...options, migrations: [begin] }));
}

const upsertDownload = (kysely: Kysely<Tables>) =>
  kysely
    .insertInto('download')
    .values({
      hash: value<FileHash>('hash'),
      kind: value<Kind>('kind'),
      name: value<string>('name'),
      bytes: value<number>('bytes'),
      files: value<number>('files'),
      folder: value<string>('folder'),
      overwrite: value<number>('overwrite'),
      bytesDone: value<number>('bytesDone'),
      failure: value<string>('failure'),
    })
    // Not "replace": that would delete the row first, and its claims with it.
    .onConflict((conflict) =>
      conflict.column('hash').doUpdateSet((row) => ({
        kind: row.ref('excluded.kind'),
        name: row.ref('excluded.name'),
        bytes: row.ref('excluded.bytes'),
        files: row.ref('excluded.files'),
        folder: row.ref('excluded.folder'),
        overwrite: row.ref('excluded.overwrite'),
        bytesDone: row.ref('excluded.bytesDone'),
        failure: row.ref('excluded.failure'),
      })),
    );

const upsertClaim = (kysely: Kysely<Tables>) =>
  kysely.replaceInto('claim').values({
    hash: value<FileHash>('hash'),
    path: value<string>('path'),
    inode: value<string>('inode'),
    ctimeNs: value<string>('ctimeNs'),
    verified: value<Uint8Array>('verified'),
  });
