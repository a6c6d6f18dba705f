/** Queries built by Kysely, prepared once, run synchronously with named values. */
import { type Compilable, type RawBuilder, sql } from 'kysely';
import type Sqlite from 'better-sqlite3';

/** What better-sqlite3 binds. */
export type Value = string | number | bigint | Uint8Array | null;
export type Values = Readonly<Record<string, Value>>;

/** A placeholder for a value that is given when the statement runs. */
export function value<T extends Value = Value>(name: string): RawBuilder<T> {
  return sql.raw<T>(`@${name}`);
}

/** A prepared statement: its rows, its first row, or just its effect. */
export interface Statement<Row> {
  all(values?: Values): Row[];
  get(values?: Values): Row | undefined;
  each(values?: Values): IterableIterator<Row>;
  run(values?: Values): { changes: number; lastId: number };
}

/** Prepares a query built by Kysely. Every constant in it has to be a `value` or `sql` text: positional ones are not supported. */
export function prepare<Row>(sqlite: Sqlite.Database, query: Compilable<Row>): Statement<Row> {
  const { sql: text, parameters } = query.compile();
  if (parameters.length > 0) throw new Error(`A prepared query has loose parameters: ${text}`);
  const prepared = sqlite.prepare<[Values], Row>(text);
  return {
    all: (values = {}) => prepared.all(values),
    get: (values = {}) => prepared.get(values),
    each: (values = {}) => prepared.iterate(values),
    run: (values = {}) => {
      const { changes, lastInsertRowid } = prepared.run(values);
      return { changes, lastId: Number(lastInsertRowid) };
    },
  };
}
