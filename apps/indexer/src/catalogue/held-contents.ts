/** Contents that the transfer service fetches or has fetched: lines of the catalogue that are in no shared folder. */
import type { HeldContents } from '@iwanto/bus';
import { rootBytes } from '@iwanto/merkle';
import { type CatalogueStatements, HELD_AS, NODE_KINDS, type NodeRow } from '@iwanto/store';

/** What writes rows within one transaction. */
export interface RowWriter {
  readonly statements: CatalogueStatements;
  nextRevision(): number;
}

export type HeldContent = HeldContents['holdings'][number];

/** Their place in the catalogue; no shared folder can have this name, since it is not a valid one. */
const FOLDER = 'downloads/';
/** Contents of one name must not share a path. */
const HASH_CHARACTERS = 16;

/** Sets the lines to exactly this. */
export function putHeld(writer: RowWriter, contents: readonly HeldContent[]): void {
  const { statements } = writer;
  const known = statements.child.get({ parent: 0, name: FOLDER });
  if (!known && contents.length === 0) return;
  const folder = known?.id ?? makeFolder(writer);
  const wanted = new Map(contents.map((content) => [content.hash as string, content]));
  for (const row of statements.present.all({ parent: folder })) {
    if (!wanted.has(row.name)) {
      statements.bury.run({ id: row.id, revision: writer.nextRevision() });
    }
  }
  for (const content of wanted.values()) putOne(writer, folder, content);
}

function makeFolder(writer: RowWriter): number {
  const { statements } = writer;
  const id = statements.insert.run({
    ...{ parent: 0, folder: 0, name: FOLDER, disk: null, kind: NODE_KINDS.directory },
    ...{ path: FOLDER, root: null, size: 0, files: 0, identity: HELD_AS.whole },
    ...{ exec: 0, mtime: 0, target: null, gone: 0, dirty: 0 },
    revision: writer.nextRevision(),
  }).lastId;
  statements.found.run({ id, path: FOLDER });
  return id;
}

function putOne(writer: RowWriter, folder: number, content: HeldContent): void {
  const { hash, kind, name, size, partial } = content;
  const { statements } = writer;
  const present = statements.child.get({ parent: folder, name: hash });
  const row = {
    ...{ parent: folder, folder, name: hash, disk: null, kind: NODE_KINDS[kind] },
    path: `downloads/${hash.slice(0, HASH_CHARACTERS)}/${name}`,
    ...{ root: rootBytes(hash), size, files: 0 },
    identity: partial ? HELD_AS.partial : HELD_AS.whole,
    ...{ exec: 0, mtime: 0, target: null, gone: 0, dirty: 0 },
  };
  if (present && isSame(present, row)) return;
  const revision = writer.nextRevision();
  if (present) statements.rewrite.run({ ...row, revision, id: present.id });
  else statements.insert.run({ ...row, revision });
}

const isSame = (present: NodeRow, row: Pick<NodeRow, 'path' | 'identity' | 'gone'>): boolean =>
  present.path === row.path && present.identity === row.identity && present.gone === row.gone;
