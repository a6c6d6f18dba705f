/** Brings the roots of directories in step with their children, the deepest first. */
import {
  type Blake3,
  type ManifestEntry,
  directoryRoot,
  encodeManifest,
  manifestTotals,
  rootBytes,
  rootText,
} from '@iwanto/merkle';
import { NODE_KINDS, type NodeRow } from '@iwanto/store';
import type { CatalogueWriter } from './catalogue-writer.js';
import type { Catalogue } from './catalogue.js';

/** Directories in one transaction: some ten ms, so that questions are answered in between. */
const BATCH_DIRECTORIES = 64;

const depthOf = ({ path }: NodeRow) => path.split('/').length;

/**
 * Refreshes what can be refreshed now; false when nothing is left to do.
 * `waiting` are directories whose files are still being hashed: they and all above them stay as they are,
 * so that no root is told of half a directory.
 */
export function refreshDirectoryRoots(
  catalogue: Catalogue,
  blake3: Blake3,
  waiting: ReadonlySet<number>,
): boolean {
  const ready = catalogue.rows.dirty.all().filter(({ id }) => !waiting.has(id));
  const deepest = ready.reduce((depth, row) => Math.max(depth, depthOf(row)), 0);
  const batch = ready.filter((row) => depthOf(row) === deepest).slice(0, BATCH_DIRECTORIES);
  if (batch.length === 0) return false;
  catalogue.change((writer) => batch.forEach((row) => refresh(writer, blake3, row)));
  return true;
}

function refresh(writer: CatalogueWriter, blake3: Blake3, row: NodeRow): void {
  const { statements } = writer;
  const entries = statements.children.all({ parent: row.id }).flatMap(entryOf);
  const manifest = encodeManifest(entries);
  const root = rootBytes(directoryRoot(blake3, manifest));
  if (row.root && Buffer.compare(row.root, root) === 0) {
    statements.clean.run({ id: row.id });
    return;
  }
  const { bytes, files } = manifestTotals(entries);
  const revision = writer.nextRevision();
  statements.keepManifest.run({ root, bytes: manifest });
  statements.reroot.run({ id: row.id, root, size: bytes, files, revision });
  const { root: old } = row;
  if (old && !statements.byRoot.get({ root: old })) statements.dropManifest.run({ root: old });
  statements.soil.run({ id: row.parent });
}

/** A child directory without a root is one that just came and will make this one dirty again. */
function entryOf(row: NodeRow): ManifestEntry[] {
  const { name, size, files, root, exec, mtime, target, kind } = row;
  if (kind === NODE_KINDS.symlink) return [{ kind: 'symlink', name, target: target ?? '' }];
  if (!root) return [];
  const text = rootText(root);
  if (kind === NODE_KINDS.directory) {
    return [{ kind: 'directory', name, root: text, bytes: size, files }];
  }
  return [{ kind: 'file', name, size, root: text, exec: exec === 1, mtimeSeconds: mtime }];
}

/** The directories that hold waiting files, and all above them. */
export function withAncestors(catalogue: Catalogue, directories: Iterable<number>): Set<number> {
  const found = new Set<number>();
  for (const directory of directories) {
    let id = directory;
    while (id !== 0 && !found.has(id)) {
      found.add(id);
      id = catalogue.rows.node.get({ id })?.parent ?? 0;
    }
  }
  return found;
}
