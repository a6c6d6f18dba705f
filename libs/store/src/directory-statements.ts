/** The changes of directories of the catalogue. */
import { sql } from 'kysely';
import { type CatalogueTables, DIRTY } from './catalogue-schema.js';
import type { Database } from './open-database.js';
import { prepare, value } from './statement.js';

const one = sql.lit(DIRTY.yes);
const none = sql.lit(0);

/** Prepared statements that write what only directories have. */
export function directoryWriters({ kysely, sqlite }: Database<CatalogueTables>) {
  const id = value<number>('id');
  const revision = value<number>('revision');
  const nodes = kysely.updateTable('node');
  return {
    /** A shared folder is its own folder. */
    found: prepare(
      sqlite,
      nodes.set({ folder: id, path: value<string>('path') }).where('id', '=', id),
    ),
    /** What was never listed as a whole stays so: a root of half a directory would be a lie. */
    soil: prepare(
      sqlite,
      nodes.set({ dirty: one }).where('id', '=', id).where('dirty', '!=', sql.lit(DIRTY.unlisted)),
    ),
    listed: prepare(
      sqlite,
      nodes.set({ dirty: one }).where('id', '=', id).where('dirty', '=', sql.lit(DIRTY.unlisted)),
    ),
    /** Restores a shared folder that is back, empty like a new one. */
    revive: prepare(
      sqlite,
      nodes
        .set({
          gone: none,
          root: sql<null>`null`,
          size: none,
          files: none,
          dirty: sql.lit(DIRTY.unlisted),
          revision,
        })
        .where('id', '=', id),
    ),
    identify: prepare(
      sqlite,
      nodes.set({ identity: value<string>('identity') }).where('id', '=', id),
    ),
    reroot: prepare(
      sqlite,
      nodes
        .set({
          root: value<Uint8Array>('root'),
          size: value<number>('size'),
          files: value<number>('files'),
          dirty: none,
          revision,
        })
        .where('id', '=', id),
    ),
    clean: prepare(sqlite, nodes.set({ dirty: none }).where('id', '=', id)),
  };
}
