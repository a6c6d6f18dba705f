/** Where a content of a group is, for the verbs that serve contents. */
import type { FileHash } from '@iwanto/wire';
import type { Catalogue } from '../catalogue/catalogue.js';

export interface OnShelf {
  readonly catalogue: Catalogue;
  /** Its hash, if it was asked for by its name in the group. */
  readonly hash: FileHash;
  readonly group: string;
}

/** What a content's name in a group, which only members can make, refers to. */
export type OnShelves = (blinded: FileHash) => OnShelf | undefined;

/** For a host that shares nothing with groups. */
export const nothingOnShelves: OnShelves = () => undefined;
