/** What the rest of the indexer may ask of the catalogue's rows; how they are stored stays in this folder. */
import {
  type CatalogueStatements,
  DIRTY,
  NODE_KINDS,
  type NodeRow,
  type PresentRow,
} from '@iwanto/store';
import type { OwnContent } from '@iwanto/wire';

/** Children given at a time, so that a directory of a million entries is never in memory as a whole. */
export const PAGE_ROWS = 512;

export class CatalogueReader {
  constructor(private readonly statements: CatalogueStatements) {}

  node(id: number): NodeRow | undefined {
    return this.statements.node.get({ id });
  }

  /** The live child of that name. */
  child(parent: number, name: string): PresentRow | undefined {
    return this.statements.presentChild.get({ parent, name });
  }

  /** Live children after the name `after`, by the UTF-8 bytes of their names; fewer than PAGE_ROWS means: no more. */
  children(parent: number, after: string): PresentRow[] {
    return this.statements.presentAfter.all({ parent, after, limit: PAGE_ROWS });
  }

  /** The same with everything a manifest needs. */
  manifestRows(parent: number, after: string): NodeRow[] {
    return this.statements.childrenAfter.all({ parent, after, limit: PAGE_ROWS });
  }

  /** False until a directory was once listed as a whole: before that it has no root and is not announced. */
  isListed(id: number): boolean {
    return this.node(id)?.dirty !== DIRTY.unlisted;
  }

  /** Files with a root whose identity begins with `key`, gone ones included; a few. */
  withIdentity(key: string): NodeRow[] {
    return this.statements.byIdentity.all({ from: key, to: `${key.slice(0, -1)};` });
  }

  /** Every live file and directory of this content. */
  withRoot(root: Uint8Array): NodeRow[] {
    return this.statements.byRoot.all({ root });
  }

  /** That content on this host, whether shared or fetched. */
  own(root: Uint8Array): OwnContent | undefined {
    const row = this.statements.wholeByRoot.get({ root });
    if (!row) return undefined;
    const kind = row.kind === NODE_KINDS.directory ? 'directory' : 'file';
    return { kind, size: row.size, name: row.path.slice(row.path.lastIndexOf('/') + 1) };
  }

  hasRoot(root: Uint8Array): boolean {
    return this.statements.byRoot.get({ root }) !== undefined;
  }

  /** Directories whose root no longer fits their children. */
  dirtyDirectories(): NodeRow[] {
    return this.statements.dirty.all();
  }
}
