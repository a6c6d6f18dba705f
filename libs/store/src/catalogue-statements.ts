/** Every query of the catalogue, typed by Kysely and prepared once. */
import { sql } from 'kysely';
import {
  type CatalogueTables,
  DIRTY,
  HELD_AS,
  NODE_KINDS,
  type NodeTable,
} from './catalogue-schema.js';
import { directoryWriters } from './directory-statements.js';
import type { Database } from './open-database.js';
import { prepare, value } from './statement.js';

/** A row of `node` as it is read. */
export type NodeRow = Omit<NodeTable, 'id'> & { readonly id: number };

/** The columns that a comparison with the disk needs: without the root, which would cost a buffer per row. */
const PRESENT = [
  ...(['id', 'parent', 'folder', 'name', 'disk', 'kind', 'path'] as const),
  ...(['size', 'identity', 'target', 'gone', 'dirty'] as const),
];
export type PresentRow = Pick<NodeRow, (typeof PRESENT)[number]>;

/** Rows of what the transfer service holds: announced, but not on a shared disk. */
const HELD = Object.values(HELD_AS).map((identity) => sql.lit(identity));

const DIRECTORY = sql.lit(NODE_KINDS.directory);
const FILE = sql.lit(NODE_KINDS.file);
const one = sql.lit(1);
const none = sql.lit(0);
const symlink = sql.lit(NODE_KINDS.symlink);
const unlisted = sql.lit(DIRTY.unlisted);
/** Can be fetched on its own: not a symlink, nor a directory that could not be listed, nor what stands for contents fetched. */
const isFetchable = sql<boolean>`kind != ${symlink} and dirty != ${unlisted} and identity not in (${sql.join(HELD)})`;

type Db = Database<CatalogueTables>;

/** The columns that are written together, each from a value of its own name. */
const WRITTEN = [
  ...(['parent', 'folder', 'name', 'disk', 'kind', 'path', 'root', 'size', 'files'] as const),
  ...(['identity', 'exec', 'mtime', 'target', 'revision', 'gone', 'dirty'] as const),
];
const written = Object.fromEntries(WRITTEN.map((name) => [name, value(name)])) as {
  [Column in (typeof WRITTEN)[number]]: ReturnType<typeof value<never>>;
};

function readers({ kysely, sqlite }: Db) {
  const nodes = kysely.selectFrom('node').selectAll();
  const parent = value<number>('parent');
  const name = value<string>('name');
  const present = kysely.selectFrom('node').select(PRESENT).where('gone', '=', none);
  const ofParent = present.where('parent', '=', parent);
  const after = value<string>('after');
  const limit = value<number>('limit');
  const childrenAfter = nodes
    .where('parent', '=', parent)
    .where('gone', '=', none)
    .where('name', '>', after)
    .orderBy('name')
    .limit(limit);
  return {
    /** In the order of a manifest: that of the UTF-8 bytes of the names. */
    childrenAfter: prepare<NodeRow>(sqlite, childrenAfter),
    fetchableAfter: prepare<NodeRow>(sqlite, childrenAfter.where(isFetchable)),
    present: prepare<PresentRow>(sqlite, ofParent),
    presentAfter: prepare<PresentRow>(
      sqlite,
      ofParent.where('name', '>', after).orderBy('name').limit(limit),
    ),
    presentChild: prepare<PresentRow>(sqlite, ofParent.where('name', '=', name)),
    child: prepare<NodeRow>(sqlite, nodes.where('parent', '=', parent).where('name', '=', name)),
    node: prepare<NodeRow>(sqlite, nodes.where('id', '=', value<number>('id'))),
    byRoot: prepare<NodeRow>(
      sqlite,
      nodes
        .where('root', '=', value<Uint8Array>('root'))
        .where('gone', '=', none)
        .where('identity', 'not in', HELD),
    ),
    byIdentity: prepare<NodeRow>(
      sqlite,
      nodes
        .where('identity', '>=', value<string>('from'))
        .where('identity', '<', value<string>('to'))
        .where('kind', '=', FILE)
        .where('root', 'is not', null)
        .limit(sql.lit(8)),
    ),
    dirty: prepare<NodeRow>(
      sqlite,
      nodes.where('dirty', '=', one).where('gone', '=', none).where('kind', '=', DIRECTORY),
    ),
  };
}

function wholeReader({ kysely, sqlite }: Db) {
  const nodes = kysely.selectFrom('node').selectAll();
  return {
    /** One that is complete, whether shared or held by the transfer service. */
    wholeByRoot: prepare<NodeRow>(
      sqlite,
      nodes
        .where('root', '=', value<Uint8Array>('root'))
        .where('gone', '=', none)
        .where('identity', '!=', sql.lit(HELD_AS.partial))
        .limit(one),
    ),
  };
}

/** One line of the log of revisions. */
export interface LogRow {
  readonly kind: number;
  readonly path: string;
  readonly root: Uint8Array | null;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly revision: number;
  readonly gone: number;
  readonly identity: string;
}

function logReaders({ kysely, sqlite }: Db) {
  const log = kysely
    .selectFrom('node')
    .select(['kind', 'path', 'root', 'size', 'mtime', 'revision', 'gone', 'identity'])
    .where('revision', '>', value<number>('since'))
    .orderBy('revision')
    .limit(value<number>('limit'));
  return {
    log: prepare<LogRow>(sqlite, log),
    logOfLive: prepare<LogRow>(sqlite, log.where('gone', '=', none)),
    revision: prepare<{ revision: number | null }>(
      sqlite,
      kysely.selectFrom('node').select(({ fn }) => fn.max('revision').as('revision')),
    ),
    totals: prepare<{ folder: number; files: number; bytes: number | null }>(
      sqlite,
      kysely
        .selectFrom('node')
        .select(({ fn }) => [
          'folder',
          fn.countAll<number>().as('files'),
          fn.sum<number>('size').as('bytes'),
        ])
        .where('kind', '=', FILE)
        .where('gone', '=', none)
        .groupBy('folder'),
    ),
    goneCount: prepare<{ gone: number; upTo: number | null }>(
      sqlite,
      kysely
        .selectFrom('node')
        .select(({ fn }) => [fn.countAll<number>().as('gone'), fn.max('revision').as('upTo')])
        .where('gone', '=', one),
    ),
    goneAt: prepare<{ revision: number }>(
      sqlite,
      kysely
        .selectFrom('node')
        .select('revision')
        .where('gone', '=', one)
        .orderBy('revision')
        .limit(one)
        .offset(value<number>('offset')),
    ),
  };
}

function writers({ kysely, sqlite }: Db) {
  const id = value<number>('id');
  const revision = value<number>('revision');
  const nodes = kysely.updateTable('node');
  return {
    insert: prepare(sqlite, kysely.insertInto('node').values(written)),
    rewrite: prepare(sqlite, nodes.set(written).where('id', '=', id)),
    bury: prepare(sqlite, nodes.set({ gone: one, dirty: none, revision }).where('id', '=', id)),
    purge: prepare(
      sqlite,
      kysely
        .deleteFrom('node')
        .where('gone', '=', one)
        .where('revision', '<=', revision)
        .where((where) =>
          where.not(
            where.exists(
              where
                .selectFrom('node as child')
                .select('child.id')
                .where('child.parent', '=', sql.ref<number>('node.id')),
            ),
          ),
        ),
    ),
  };
}

function contents({ kysely, sqlite }: Db) {
  const root = value<Uint8Array>('root');
  const unused = (table: 'content' | 'manifest') =>
    kysely.deleteFrom(table).where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('node')
            .select('node.id')
            .where('node.root', '=', sql.ref<Uint8Array>(`${table}.root`)),
        ),
      ),
    );
  const part = <T>(column: string) =>
    sql<T>`substr(${sql.ref(column)}, @offset + 1, @length)`.as('part');
  return {
    keepContent: prepare(
      sqlite,
      kysely
        .insertInto('content')
        .values({ root, size: value<number>('size'), digests: value<Uint8Array>('digests') })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    digests: prepare<{ size: number; part: Uint8Array<ArrayBuffer> }>(
      sqlite,
      kysely
        .selectFrom('content')
        .select(['size', part<Uint8Array<ArrayBuffer>>('digests')])
        .where('root', '=', root),
    ),
    keepManifest: prepare(
      sqlite,
      kysely
        .insertInto('manifest')
        .values({ root, bytes: value<Uint8Array>('bytes') })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    manifest: prepare<{ size: number; part: Uint8Array<ArrayBuffer> }>(
      sqlite,
      kysely
        .selectFrom('manifest')
        .select([sql<number>`length(bytes)`.as('size'), part<Uint8Array<ArrayBuffer>>('bytes')])
        .where('root', '=', root),
    ),
    dropManifest: prepare(sqlite, kysely.deleteFrom('manifest').where('root', '=', root)),
    dropUnusedContents: prepare(sqlite, unused('content')),
    dropUnusedManifests: prepare(sqlite, unused('manifest')),
  };
}

function settings({ kysely, sqlite }: Db) {
  const name = value<string>('name');
  const path = value<string>('path');
  return {
    meta: prepare<{ text: string }>(
      sqlite,
      kysely.selectFrom('meta').select('text').where('name', '=', name),
    ),
    setMeta: prepare(
      sqlite,
      kysely.replaceInto('meta').values({ name, text: value<string>('text') }),
    ),
    folders: prepare<{ node: number; path: string }>(
      sqlite,
      kysely.selectFrom('folder').selectAll().orderBy('node'),
    ),
    addFolder: prepare(
      sqlite,
      kysely.insertInto('folder').values({ node: value<number>('node'), path }),
    ),
    removeFolder: prepare(sqlite, kysely.deleteFrom('folder').where('path', '=', path)),
  };
}

/** The prepared statements of an open catalogue. */
export function catalogueStatements(db: Db) {
  return {
    ...readers(db),
    ...wholeReader(db),
    ...logReaders(db),
    ...writers(db),
    ...directoryWriters(db),
    ...contents(db),
    ...settings(db),
  };
}

export type CatalogueStatements = ReturnType<typeof catalogueStatements>;
