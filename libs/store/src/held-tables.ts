/** Contents that were fetched and are served on: where they lie, and what they were when they came. */
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

export class HeldStore {
  readonly #all: Statement<HeldRow>;
  readonly #put: Statement<unknown>;
  readonly #forget: Statement<unknown>;

  constructor({ kysely, sqlite }: Database<TransferTables>) {
    const hash = value<FileHash>('hash');
    this.#all = prepare(sqlite, kysely.selectFrom('held').selectAll());
    this.#forget = prepare(sqlite, kysely.deleteFrom('held').where('hash', '=', hash));
    this.#put = prepare(
      sqlite,
      kysely.replaceInto('held').values({
        ...{ hash, kind: value<Kind>('kind'), name: value<string>('name') },
        ...{ bytes: value<number>('bytes'), path: value<string>('path') },
        stamp: value<string>('stamp'),
      }),
    );
  }

  all(): HeldRow[] {
    return this.#all.all();
  }

  put({ hash, kind, name, bytes, path, stamp }: HeldRow): void {
    this.#put.run({ hash, kind, name, bytes, path, stamp });
  }

  forget(hash: FileHash): void {
    this.#forget.run({ hash });
  }
}
