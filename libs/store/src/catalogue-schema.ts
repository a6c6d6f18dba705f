/** The tables of the indexer's catalogue, and how they came to be. */
import type { Generated } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from './open-database.js';

/** What a node of the catalogue is. */
export const NODE_KINDS = { file: 1, directory: 2, symlink: 3 } as const;

/** Whether the root of a directory matches its children: yes, no, or they were never listed as a whole. */
export const DIRTY = { no: 0, yes: 1, unlisted: 2 } as const;

/** What stands for the identity of a content that the transfer service holds: it is in no shared folder. */
export const HELD_AS = { whole: 'held', partial: 'partly held' } as const;

export interface NodeTable {
  id: Generated<number>;
  /** Its directory; 0 for a shared folder. */
  parent: number;
  /** The shared folder it belongs to: that folder's own id. */
  folder: number;
  /** In normal form C, as the network sees it. */
  name: string;
  /** The name on disk, if it differs. */
  disk: string | null;
  kind: number;
  /** `<shared folder's name>/<path in it>`. */
  path: string;
  /** Null for symlinks and for directories that are not complete yet. */
  root: Uint8Array | null;
  /** Bytes; for a directory the sum of all files below. */
  size: number;
  /** Files below a directory; 1 for a file. */
  files: number;
  /** `device:inode:size:mtimeNs:ctimeNs` of a file as it was hashed, `device:inode` of a shared folder. */
  identity: string;
  exec: number;
  mtime: number;
  /** Of a symlink. */
  target: string | null;
  /** Rises with every change of any row: no two rows share one. */
  revision: number;
  /** 1 for a tombstone, which keeps its root so that what comes back need not be hashed. */
  gone: number;
  /** Of a directory; one of DIRTY. */
  dirty: number;
}

export interface CatalogueTables {
  node: NodeTable;
  /** Piece digests, once for all files of one content. */
  content: { root: Uint8Array; size: number; digests: Uint8Array };
  manifest: { root: Uint8Array; bytes: Uint8Array };
  /** Absolute paths of the shared folders. */
  folder: { node: number; path: string };
  meta: { name: string; text: string };
}

/** Identity and revision of the catalogue are stored in `meta` under these names. */
export const META = { catalogId: 'catalogId', floor: 'floor' } as const;

const first: Migration = (kysely) => [
  kysely.schema
    .createTable('node')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('parent', 'integer', (column) => column.notNull())
    .addColumn('folder', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('disk', 'text')
    .addColumn('kind', 'integer', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('root', 'blob')
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('files', 'integer', (column) => column.notNull())
    .addColumn('identity', 'text', (column) => column.notNull())
    .addColumn('exec', 'integer', (column) => column.notNull())
    .addColumn('mtime', 'integer', (column) => column.notNull())
    .addColumn('target', 'text')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('gone', 'integer', (column) => column.notNull())
    .addColumn('dirty', 'integer', (column) => column.notNull()),
  kysely.schema.createIndex('node_place').unique().on('node').columns(['parent', 'name']),
  kysely.schema.createIndex('node_root').on('node').column('root'),
  kysely.schema.createIndex('node_revision').on('node').column('revision'),
  kysely.schema.createIndex('node_identity').on('node').column('identity'),
  sql`create index node_dirty on node (id) where dirty = 1`,
  sql`create index node_gone on node (revision) where gone = 1`,
  kysely.schema
    .createTable('content')
    .addColumn('root', 'blob', (column) => column.primaryKey())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('digests', 'blob', (column) => column.notNull()),
  kysely.schema
    .createTable('manifest')
    .addColumn('root', 'blob', (column) => column.primaryKey())
    .addColumn('bytes', 'blob', (column) => column.notNull()),
  kysely.schema
    .createTable('folder')
    .addColumn('node', 'integer', (column) => column.primaryKey())
    .addColumn('path', 'text', (column) => column.notNull().unique()),
  kysely.schema
    .createTable('meta')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('text', 'text', (column) => column.notNull()),
];

/** Append only, never change what is there: existing databases have run it. */
export const CATALOGUE_MIGRATIONS: readonly Migration[] = [first];
