/** What was fetched and where it was put: the receipt of a download, and what a later one may replace. */
import type { FileHash, Kind } from '@iwanto/wire';
import type { Database, Migration } from './open-database.js';
import { type Statement, prepare, value } from './statement.js';
import type { MountRow, PlacedRow, TransferTables } from './transfer-rows.js';

/** A content that was fetched completely. */
export interface PlacedContent {
  /** Its real path on this host. */
  readonly path: string;
  readonly hash: FileHash;
  readonly kind: Kind;
  readonly bytes: number;
  readonly files: number;
  /** When it got its name, in ms since 1970. */
  readonly placedMs: number;
  /** Inode, size and times at that time: the same stamp is the same file. */
  readonly stamp: string;
  /** Who sent how much of it; what came from this host's own disk is attributed to nobody. */
  readonly sources: readonly { readonly peer: string; readonly bytes: number }[];
  /** The listing of a directory, packed; null for a file. */
  readonly listing: Uint8Array | null;
}

export const rememberPlaces: Migration = (kysely) => [
  kysely.schema
    .createTable('placed')
    .addColumn('path', 'text', (column) => column.primaryKey())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('files', 'integer', (column) => column.notNull())
    .addColumn('placedMs', 'integer', (column) => column.notNull())
    .addColumn('stamp', 'text', (column) => column.notNull())
    .addColumn('sources', 'text', (column) => column.notNull())
    .addColumn('listing', 'blob'),
  kysely.schema
    .createTable('mount')
    .addColumn('folder', 'text', (column) => column.primaryKey())
    .addColumn('mountPoint', 'text', (column) => column.notNull()),
];

/** A row without the listing, which may be large. */
export type PlacedLine = Pick<PlacedRow, 'path' | 'hash' | 'kind'>;

export class PlacedStore {
  readonly #at: Statement<PlacedRow>;
  readonly #put: Statement<unknown>;
  readonly #forget: Statement<unknown>;
  readonly #lines: Statement<PlacedLine>;
  readonly #mountOf: Statement<MountRow>;
  readonly #putMount: Statement<unknown>;

  constructor({ kysely, sqlite }: Database<TransferTables>) {
    const path = value<string>('path');
    const folder = value<string>('folder');
    this.#at = prepare(sqlite, kysely.selectFrom('placed').selectAll().where('path', '=', path));
    this.#lines = prepare(
      sqlite,
      kysely
        .selectFrom('placed')
        .select(['path', 'hash', 'kind'])
        .orderBy('placedMs', 'desc')
        .limit(value<number>('limit')),
    );
    this.#forget = prepare(sqlite, kysely.deleteFrom('placed').where('path', '=', path));
    this.#put = prepare(
      sqlite,
      kysely.replaceInto('placed').values({
        ...{ path, hash: value<FileHash>('hash'), kind: value<Kind>('kind') },
        ...{ bytes: value<number>('bytes'), files: value<number>('files') },
        ...{ placedMs: value<number>('placedMs'), stamp: value<string>('stamp') },
        ...{ sources: value<string>('sources'), listing: value<Uint8Array>('listing') },
      }),
    );
    this.#mountOf = prepare(
      sqlite,
      kysely.selectFrom('mount').selectAll().where('folder', '=', folder),
    );
    this.#putMount = prepare(
      sqlite,
      kysely.replaceInto('mount').values({ folder, mountPoint: value<string>('mountPoint') }),
    );
  }

  at(path: string): PlacedContent | undefined {
    const row = this.#at.get({ path });
    if (!row) return undefined;
    return { ...row, sources: JSON.parse(row.sources) as PlacedContent['sources'] };
  }

  /** The latest `limit` of them. */
  latest(limit: number): PlacedLine[] {
    return this.#lines.all({ limit });
  }

  put(content: PlacedContent): void {
    this.#put.run({ ...content, sources: JSON.stringify(content.sources) });
  }

  forget(path: string): void {
    this.#forget.run({ path });
  }

  /** The mount point of the file system that a folder was on when it was last used. */
  mountOf(folder: string): string | undefined {
    return this.#mountOf.get({ folder })?.mountPoint;
  }

  putMount(folder: string, mountPoint: string): void {
    this.#putMount.run({ folder, mountPoint });
  }
}
