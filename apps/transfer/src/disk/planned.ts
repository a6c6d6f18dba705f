/** What a download will put on the disk: files, folders, links. */
import type { FileHash } from '@iwanto/wire';

export interface PlannedFile {
  /** The directory inside the tree, `/` separators, '' for the top. */
  readonly folder: string;
  readonly name: string;
  readonly size: number;
  readonly root: FileHash;
  readonly exec: boolean;
  /** Null keeps the time of arrival: a single file carries no time. */
  readonly mtimeSeconds: number | null;
  /** Its directory, and its entry there; none for a single file. */
  readonly place?: { readonly root: FileHash; readonly entry: number };
}

export interface PlannedLink {
  readonly folder: string;
  readonly name: string;
  readonly target: string;
}

export interface Plan {
  readonly files: PlannedFile[];
  /** Parents before their children; the top is not listed. */
  readonly folders: string[];
  readonly links: PlannedLink[];
  /** One sentence for each entry that is left out. */
  readonly warnings: string[];
  /** Only some of the files of the directory: others are between them. */
  readonly isPart?: boolean;
}

/** What the target disk can and cannot distinguish. */
export interface DiskManners {
  readonly foldsCase: boolean;
  readonly portableNamesOnly: boolean;
  readonly keepsLinks: boolean;
}

/** A path inside the tree. */
export const pathIn = (folder: string, name: string) =>
  folder === '' ? name : `${folder}/${name}`;

/** Bytes of all its files. */
export const sizeOf = ({ files }: Plan) => files.reduce((sum, { size }) => sum + size, 0);
