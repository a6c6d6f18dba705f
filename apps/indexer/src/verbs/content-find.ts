/** `content.find`: where on this host shared contents are stored, and as which file they were hashed. */
import { lstatSync } from 'node:fs';
import type { Content, Handler, Verbs } from '@iwanto/bus';
import { rootBytes } from '@iwanto/merkle';
import { NODE_KINDS, type NodeRow } from '@iwanto/store';
import { type FileHash, codeOf } from '@iwanto/wire';
import type { Catalogue } from '../catalogue/catalogue.js';
import { identityParts, isAs } from '../disk/identity.js';
import { type OnShelves, nothingOnShelves } from '../groups/on-shelf.js';

/** Called with the path of a file that has changed since it was hashed, whether or not a watcher reports it. */
export type OnChanged = (path: string) => void;

export const contentFind =
  (
    catalogue: Catalogue,
    onChanged: OnChanged,
    onShelf: OnShelves = nothingOnShelves,
  ): Handler<Verbs, 'content.find'> =>
  async ({ hashes }) => ({
    contents: hashes.flatMap((asked) => {
      const open = find(catalogue, asked, onChanged);
      const found = open.length > 0 ? undefined : onShelf(asked);
      if (!found) return open;
      const { hash, group: name } = found;
      const group = { name, hash };
      const contents = find(found.catalogue, hash, onChanged);
      return contents.map((content) => ({ ...content, hash: asked, group }));
    }),
  });

function find(catalogue: Catalogue, hash: FileHash, onChanged: OnChanged): Content[] {
  const rows = catalogue.read.withRoot(rootBytes(hash));
  const isWhole = (row: NodeRow) => {
    const isSame = isIntact(catalogue, row);
    if (!isSame) onChanged(catalogue.diskPath(row));
    return isSame;
  };
  const first = rows.find(isWhole) ?? rows[0];
  if (!first) return [];
  const path = catalogue.diskPath(first);
  if (first.kind === NODE_KINDS.directory) {
    const manifestBytes = catalogue.manifest(hash, 0, 0)?.manifestBytes ?? 0;
    return [{ kind: 'directory', hash, manifestBytes, path }];
  }
  return [{ kind: 'file', hash, path, size: first.size, ...identityParts(first.identity) }];
}

/** Of several equal files one may have changed since: another one then serves. */
function isIntact(catalogue: Catalogue, row: NodeRow): boolean {
  if (row.kind !== NODE_KINDS.file) return true;
  try {
    return isAs(lstatSync(catalogue.diskPath(row), { bigint: true }), row.identity);
  } catch (cause) {
    if (codeOf(cause) !== '') return false;
    throw cause;
  }
}
