/** Contents that were fetched and are served to others: where they are, and what they were when they were completed. */
import type { FileHash, Kind } from '@iwanto/wire';
import type { Database, Migration } from './open-database.js';
import { type Statement, prepare, value } from './statement.js';
import type { HeldRow, TransferTables } from './transfer-rows.js';

export const rememberHeld: Migration = (kysely) => [
  kysely.schema
    .createTable('held')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('stamp', 'text', (column) => column.notNull()),
];

/** Since version 4: what cannot be read back from disks that lose times and modes. */
export const rememberManifests: Migration = (kysely) => [
  kysely.schema.alterTable('held').addColumn('manifests', 'blob'),
];

/** A row without its manifests, which may be large. */
export type HeldLine = Omit<HeldRow, 'manifests'>;

export class HeldStore {
  readonly #all: Statement<HeldLine>;
  readonly #manifestsOf: Statement<Pick<HeldRow, 'manifests'>>;
  readonly #put: Statement<unknown>;
  readonly #forget: Statement<unknown>;

  constructor({ kysely, sqlite }: Database<TransferTables>) {
    const hash = value<FileHash>('hash');
    const held = kysely.selectFrom('held');
    const line = ['hash', 'kind', 'name', 'bytes', 'path', 'stamp'] as const;
    this.#all = prepare(sqlite, held.select(line));
    this.#manifestsOf = prepare(sqlite, held.select('manifests').where('hash', '=', hash));
    this.#forget = prepare(sqlite, kysely.deleteFrom('held').where('hash', '=', hash));
    this.#put = prepare(
      sqlite,
      kysely.replaceInto('held').values({
        ...{ hash, kind: value<Kind>('kind'), name: value<string>('name') },
        ...{ bytes: value<number>('bytes'), path: value<string>('path') },
        ...{ stamp: value<string>('stamp'), manifests: value<Uint8Array>('manifests') },
      }),
    );
  }

  all(): HeldLine[] {
    return this.#all.all();
  }

  put({ hash, kind, name, bytes, path, stamp, manifests }: HeldRow): void {
    this.#put.run({ hash, kind, name, bytes, path, stamp, manifests });
  }

  /** Null if it can be read back from the disk. */
  manifestsOf(hash: FileHash): Uint8Array | null {
    return this.#manifestsOf.get({ hash })?.manifests ?? null;
  }

  forget(hash: FileHash): void {
    this.#forget.run({ hash });
  }
}
