/** The changes one transaction makes to the catalogue; each changed row gets the next revision. */
import {
  type CatalogueStatements,
  DIRTY,
  META,
  NODE_KINDS,
  type NodeRow,
  type PresentRow,
} from '@iwanto/store';
import { type HeldContent, putHeld } from './held-contents.js';

/** A directory of the catalogue, as far as its children need to know it. */
export interface Place {
  readonly id: number;
  /** The id of the shared folder it belongs to. */
  readonly folder: number;
  /** Share-relative, in normal form C. */
  readonly path: string;
}

/** What is known about a child of a directory, apart from where it is. */
export interface NodeFacts {
  readonly name: string;
  readonly disk: string | null;
  readonly kind: number;
  readonly root: Uint8Array | null;
  readonly size: number;
  readonly files: number;
  readonly identity: string;
  readonly exec: number;
  readonly mtime: number;
  readonly target: string | null;
}

/** The manifest of a directory, and its totals. */
export interface ManifestFacts {
  readonly manifest: Uint8Array;
  readonly bytes: number;
  readonly files: number;
}

/** How the totals of one shared folder changed. */
export interface Movement {
  files: number;
  bytes: number;
}

const sameRoot = (one: Uint8Array | null, other: Uint8Array | null) =>
  one === other || (one !== null && other !== null && Buffer.compare(one, other) === 0);

/** Lives for one transaction. */
export class CatalogueWriter {
  readonly movements = new Map<number, Movement>();
  /** What is known of directories within this transaction: asked and marked once each. */
  readonly #live = new Map<number, boolean>();
  readonly #soiled = new Set<number>();
  readonly #statements: CatalogueStatements;
  #revision: number;

  constructor(statements: CatalogueStatements, revision: number) {
    this.#statements = statements;
    this.#revision = revision;
  }

  /** The last revision given out. */
  get revision(): number {
    return this.#revision;
  }

  /** Directories whose children changed in this transaction. */
  get soiled(): ReadonlySet<number> {
    return this.#soiled;
  }

  #nextRevision(): number {
    this.#revision += 1;
    return this.#revision;
  }

  /** What the transfer service holds: exactly this, from now on. */
  putHeld(contents: readonly HeldContent[]): void {
    const nextRevision = () => this.#nextRevision();
    putHeld({ statements: this.#statements, nextRevision }, contents);
  }

  /** Whether a directory seen earlier is still shared: it may have gone while its files were hashed. */
  isLive(place: Place): boolean {
    const known = this.#live.get(place.id);
    if (known !== undefined) return known;
    const isLive = this.#statements.node.get({ id: place.id })?.gone === 0;
    this.#live.set(place.id, isLive);
    return isLive;
  }

  /** Stores a file or a symlink; a row that already says the same is left alone. */
  put(place: Place, facts: NodeFacts): void {
    const present = this.#statements.child.get({ parent: place.id, name: facts.name });
    if (present && isUnchanged(present, facts)) return;
    if (present) this.#leave(present);
    this.#write(place, facts, { present, dirty: 0 });
    if (facts.kind === NODE_KINDS.file) this.#move(place.folder, 1, facts.size);
    this.#soil(place.id);
  }

  /** The child directory of that name, made if it is not known yet. */
  putDirectory(place: Place, name: string, disk: string | null): Place {
    const present = this.#statements.child.get({ parent: place.id, name });
    if (present?.gone === 0 && present.kind === NODE_KINDS.directory) return present;
    if (present) this.#leave(present);
    const facts = { ...DIRECTORY_FACTS, name, disk };
    const id = this.#write(place, facts, { present, dirty: DIRTY.unlisted });
    this.#soil(place.id);
    return { id, folder: place.folder, path: `${place.path}/${name}` };
  }

  /** Makes a shared folder of this name, or takes up the one that had it before. */
  putFolder(name: string, path: string): Place {
    const place = { id: 0, folder: 0, path: '' };
    const present = this.#statements.child.get({ parent: 0, name });
    const facts = { ...DIRECTORY_FACTS, name, disk: null };
    const id = this.#write(place, facts, { present, dirty: DIRTY.unlisted });
    this.#statements.found.run({ id, path: name });
    this.#statements.addFolder.run({ node: id, path });
    return { id, folder: id, path: name };
  }

  /** A directory was listed as a whole: from now on it has a root and is announced. */
  markListed({ id }: Place): void {
    this.#statements.listed.run({ id });
  }

  /** Keeps which directory on disk a shared folder is. */
  identifyFolder(folder: Place, identity: string): void {
    this.#statements.identify.run({ id: folder.id, identity });
  }

  /** Restores a shared folder that was away; it is not announced before it has been listed. */
  reviveFolder(folder: Place): void {
    if (this.#statements.node.get({ id: folder.id })?.gone !== 1) return;
    this.#statements.revive.run({ id: folder.id, revision: this.#nextRevision() });
    this.#live.delete(folder.id);
  }

  /** Announces a shared folder, and all in it, as gone; it stays configured. */
  buryFolder(folder: Place): void {
    const row = this.#statements.node.get({ id: folder.id });
    if (row?.gone === 0) this.bury(row);
  }

  /** No longer keeps a folder. */
  dropFolder(folder: Place, diskPath: string): void {
    this.buryFolder(folder);
    this.#statements.removeFolder.run({ path: diskPath });
  }

  /** Buries the child of that name, if there is one. */
  buryChild(place: Place, name: string): void {
    const row = this.#statements.child.get({ parent: place.id, name });
    if (row?.gone === 0) this.bury(row);
  }

  /** Keeps the piece digests of a content. */
  keepContent(root: Uint8Array, size: number, digests: Uint8Array): void {
    this.#statements.keepContent.run({ root, size, digests });
  }

  /** A directory's manifest as its children now make it. An unchanged one costs no revision. */
  putManifest(row: NodeRow, root: Uint8Array, { manifest, bytes, files }: ManifestFacts): void {
    if (sameRoot(row.root, root)) {
      this.#statements.clean.run({ id: row.id });
      return;
    }
    this.#statements.keepManifest.run({ root, bytes: manifest });
    const revision = this.#nextRevision();
    this.#statements.reroot.run({ id: row.id, root, size: bytes, files, revision });
    const { root: old } = row;
    if (old && !this.#statements.byRoot.get({ root: old })) {
      this.#statements.dropManifest.run({ root: old });
    }
    this.#soil(row.parent);
  }

  /** Drops tombstones up to a revision, and contents that nobody refers to. */
  purge(revision: number): void {
    while (this.#statements.purge.run({ revision }).changes > 0);
    this.#statements.dropUnusedContents.run();
    this.#statements.dropUnusedManifests.run();
    this.#statements.setMeta.run({ name: META.floor, text: String(revision) });
  }

  /** Marks a row, and all below it, as gone; it keeps its root, so that it is recognised if it comes back. */
  bury(row: PresentRow): void {
    this.#buryTree(row);
    this.#soil(row.parent);
  }

  #soil(id: number): void {
    if (this.#soiled.has(id)) return;
    this.#soiled.add(id);
    this.#statements.soil.run({ id });
  }

  #buryTree(row: PresentRow): void {
    this.#leave(row);
    this.#live.delete(row.id);
    this.#statements.bury.run({ id: row.id, revision: this.#nextRevision() });
  }

  /** Undoes what a row contributed: its children are buried, its bytes no longer count. */
  #leave(row: PresentRow): void {
    if (row.gone === 1) return;
    if (row.kind === NODE_KINDS.file) this.#move(row.folder, -1, -row.size);
    if (row.kind !== NODE_KINDS.directory) return;
    for (const child of this.#statements.present.all({ parent: row.id })) this.#buryTree(child);
  }

  #write(
    place: Place,
    facts: NodeFacts,
    { present, dirty }: { present: NodeRow | undefined; dirty: number },
  ): number {
    const row = {
      ...facts,
      parent: place.id,
      folder: place.folder,
      path: `${place.path}/${facts.name}`,
      revision: this.#nextRevision(),
      gone: 0,
      dirty,
    };
    if (!present) return this.#statements.insert.run(row).lastId;
    this.#statements.rewrite.run({ ...row, id: present.id });
    return present.id;
  }

  #move(folder: number, files: number, bytes: number): void {
    const movement = this.movements.get(folder) ?? { files: 0, bytes: 0 };
    movement.files += files;
    movement.bytes += bytes;
    this.movements.set(folder, movement);
  }
}

const DIRECTORY_FACTS = {
  kind: NODE_KINDS.directory,
  root: null,
  size: 0,
  files: 0,
  identity: '',
  exec: 0,
  mtime: 0,
  target: null,
} as const;

const isUnchanged = (row: NodeRow, facts: NodeFacts) =>
  row.gone === 0 &&
  row.kind === facts.kind &&
  row.identity === facts.identity &&
  row.disk === facts.disk &&
  row.target === facts.target &&
  row.size === facts.size &&
  row.exec === facts.exec &&
  row.mtime === facts.mtime &&
  sameRoot(row.root, facts.root);
