/** What the transfer service must not forget: unfinished downloads, and which pieces of them are on the disk. */
import { createHash } from 'node:crypto';
import type { FileHash, Kind } from '@iwanto/wire';
import type { Kysely } from 'kysely';
import { type Database, type Migration, type OpenOptions, openDatabase } from './open-database.js';
import { HeldStore, rememberHeld, rememberManifests } from './held-tables.js';
import { PlacedStore, rememberPlaces } from './placed-tables.js';
import { type Statement, prepare, value } from './statement.js';
import type { DownloadRow, TransferTables as Tables } from './transfer-rows.js';

/** A download that was started and is not complete. */
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
  /** What ended the last attempt, as the JSON of a refusal; null while it was running. */
  readonly failure: string | null;
  /** Its user stopped it: it continues only when asked to. */
  readonly paused: boolean;
  /** Its user agreed to its size. */
  readonly confirmed: boolean;
  /** Only files below the directory that fit this pattern; null for all. */
  readonly only: string | null;
  /** Its own limit on the rate; null for none. */
  readonly bytesPerSecondMax: number | null;
  /** Serve it to others when it is complete. */
  readonly reseed: boolean;
  /** Members of a group share it: nobody else may learn of it, whoever else claims to have it later. */
  readonly ofGroup: boolean;
}

/** Pieces of one file that were on the disk when it had the given inode and change time. */
export interface SavedClaim {
  /** The path inside the download, '' for a single file. */
  readonly path: string;
  readonly inode: string;
  readonly ctimeNs: string;
  /** One bit per piece, the first piece in the lowest bit of the first byte. */
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

/** Since version 2: what a user may request of a download, and what was stored where. */
const choices: Migration = (kysely) => [
  kysely.schema
    .alterTable('download')
    .addColumn('paused', 'integer', (column) => column.notNull().defaultTo(0)),
  kysely.schema
    .alterTable('download')
    .addColumn('confirmed', 'integer', (column) => column.notNull().defaultTo(0)),
  kysely.schema.alterTable('download').addColumn('only', 'text'),
  kysely.schema.alterTable('download').addColumn('bytesPerSecondMax', 'integer'),
  ...rememberPlaces(kysely),
];

/** Since version 5: whether to serve a download to others is set per download. */
const askReseed: Migration = (kysely) => [
  kysely.schema
    .alterTable('download')
    .addColumn('reseed', 'integer', (column) => column.notNull().defaultTo(1)),
];

/** Since version 6: what members of a group share stays theirs when it is resumed (HOSTILE 162). */
const rememberGroups: Migration = (kysely) => [
  kysely.schema
    .alterTable('download')
    .addColumn('ofGroup', 'integer', (column) => column.notNull().defaultTo(0)),
];

/** The journal of downloads. Everything in it is a hint: bytes are hashed again if a file changed since. */
export class TransferStore {
  readonly #all: Statement<DownloadRow>;
  readonly #upsert: Statement<unknown>;
  readonly #remove: Statement<unknown>;
  readonly #claimOf: Statement<SavedClaim>;
  readonly #putClaim: Statement<unknown>;
  readonly #setProgress: Statement<unknown>;
  /** What was fetched and where it is. */
  readonly placed: PlacedStore;

  /** Contents that were fetched and are served to others. */
  readonly held: HeldStore;

  constructor(private readonly database: Database<Tables>) {
    const { kysely, sqlite } = database;
    this.held = new HeldStore(database);
    this.#all = prepare(sqlite, kysely.selectFrom('download').selectAll().orderBy('name'));
    this.#upsert = prepare(sqlite, upsertDownload(kysely));
    this.#remove = prepare(
      sqlite,
      kysely.deleteFrom('download').where('hash', '=', value<FileHash>('hash')),
    );
    this.#claimOf = prepare(
      sqlite,
      kysely
        .selectFrom('claim')
        .select(['path', 'inode', 'ctimeNs', 'verified'])
        .where('hash', '=', value<FileHash>('hash'))
        .where('path', '=', value<string>('path')),
    );
    this.#putClaim = prepare(sqlite, upsertClaim(kysely));
    this.#setProgress = prepare(
      sqlite,
      kysely
        .updateTable('download')
        .set({ bytesDone: value<number>('bytesDone'), files: value<number>('files') })
        .where('hash', '=', value<FileHash>('hash')),
    );
    this.placed = new PlacedStore(database);
  }

  /** Where a damaged journal was moved, when one was found. */
  get setAside(): string | undefined {
    return this.database.setAside;
  }

  downloads(): SavedDownload[] {
    return this.#all.all().map((row) => ({
      ...row,
      overwrite: row.overwrite === 1,
      paused: row.paused === 1,
      confirmed: row.confirmed === 1,
      reseed: row.reseed === 1,
      ofGroup: row.ofGroup === 1,
    }));
  }

  save(download: SavedDownload): void {
    const { overwrite, paused, confirmed, reseed, ofGroup } = download;
    this.#upsert.run({
      ...download,
      overwrite: Number(overwrite),
      paused: Number(paused),
      confirmed: Number(confirmed),
      reseed: Number(reseed),
      ofGroup: Number(ofGroup),
    });
  }

  /** How far a saved download is: what is shown of it after a crash. */
  saveProgress(hash: FileHash, bytesDone: number, files: number): void {
    this.#setProgress.run({ hash, bytesDone, files });
  }

  /** Forgets a download and its claims. */
  forget(hash: FileHash): void {
    this.#remove.run({ hash });
  }

  /** Undefined if there is none, and if it was damaged: then the bytes on the disk are hashed again. */
  claim(hash: FileHash, path: string): SavedClaim | undefined {
    const saved = this.#claimOf.get({ hash, path });
    return saved && unsealed(saved);
  }

  /** All or none. The claimed bytes must be durable before that: what is recorded is trusted after a crash. */
  saveClaims(hash: FileHash, claims: readonly SavedClaim[]): void {
    const save = this.database.sqlite.transaction(() => {
      for (const claim of claims) {
        const { path, inode, ctimeNs } = claim;
        this.#putClaim.run({ hash, path, inode, ctimeNs, verified: sealed(claim) });
      }
    });
    save.immediate();
  }

  close(): void {
    this.database.close();
  }
}

/** Bytes of the sum behind the bits of a claim: SQLite does not notice every damage of its file (HOSTILE 168). */
const SUM_BYTES = 8;

const sumOf = ({ path, inode, ctimeNs, verified }: SavedClaim): Buffer =>
  createHash('sha256')
    .update([path, inode, ctimeNs, ''].join('\0'))
    .update(verified)
    .digest()
    .subarray(0, SUM_BYTES);

const sealed = (claim: SavedClaim): Uint8Array => Buffer.concat([claim.verified, sumOf(claim)]);

function unsealed(saved: SavedClaim): SavedClaim | undefined {
  const end = Math.max(0, saved.verified.length - SUM_BYTES);
  const claim = { ...saved, verified: saved.verified.subarray(0, end) };
  return sumOf(claim).equals(saved.verified.subarray(end)) ? claim : undefined;
}

/** Opens the journal of the transfer service. */
export function openTransferStore(options: Omit<OpenOptions, 'migrations'>): TransferStore {
  return new TransferStore(
    openDatabase<Tables>({
      ...options,
      migrations: [begin, choices, rememberHeld, rememberManifests, askReseed, rememberGroups],
    }),
  );
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
      paused: value<number>('paused'),
      confirmed: value<number>('confirmed'),
      only: value<string>('only'),
      bytesPerSecondMax: value<number>('bytesPerSecondMax'),
      reseed: value<number>('reseed'),
      ofGroup: value<number>('ofGroup'),
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
        paused: row.ref('excluded.paused'),
        confirmed: row.ref('excluded.confirmed'),
        only: row.ref('excluded.only'),
        bytesPerSecondMax: row.ref('excluded.bytesPerSecondMax'),
        reseed: row.ref('excluded.reseed'),
        ofGroup: row.ref('excluded.ofGroup'),
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
