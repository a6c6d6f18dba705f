/** Everything this host shares with groups, one shelf for each; none of it is in the catalogue that is announced. */
import type { Bus, KnownPeer, Shared } from '@iwanto/bus';
import { rootBytes } from '@iwanto/merkle';
import {
  type Config,
  type ConfigInForce,
  type Group,
  type GroupRoots,
  type Paths,
  groupRoots,
  isWithin,
  keysOf,
} from '@iwanto/service';
import { Failure, type PeerId } from '@iwanto/wire';
import { type Folders, privatePlacesOf, realPathOf, reshare, shareConfigured } from '../folders.js';
import { GroupShelf } from './group-shelf.js';
import type { OnShelves } from './on-shelf.js';

export interface GroupShelvesOptions {
  readonly paths: Paths;
  readonly self: PeerId;
  readonly bus: Pick<Bus, 'follow'>;
  /** Opens the catalogue of a group. */
  readonly open: (group: Group) => Folders;
  /** The state of the shares has changed. */
  readonly onProgress: () => void;
  readonly onTrouble: (sentence: string) => void;
}

interface Kept {
  readonly shelf: GroupShelf;
  readonly roots: readonly GroupRoots[];
}

const nowMs = () => performance.now();

export class GroupShelves {
  readonly #kept = new Map<string, Kept>();
  readonly #stopFollowing: () => void;
  #self: KnownPeer | undefined;

  constructor(
    private readonly options: GroupShelvesOptions,
    private config: ConfigInForce,
  ) {
    this.#stopFollowing = options.bus.follow('peers.changed', ({ peers }) => {
      const self = (this.#self = peers.find(({ peer }) => peer === options.self));
      if (self) for (const { shelf } of this.#kept.values()) shelf.followSelf(self);
    });
  }

  /** Begins to keep what is configured. */
  begin(): void {
    for (const name of this.#namesOf(this.config)) this.#begin(name);
  }

  /** Every shelf on which something is shared. */
  shelves(): GroupShelf[] {
    return [...this.#kept.values()].map(({ shelf }) => shelf);
  }

  folders(): Folders[] {
    return this.shelves().map(({ folders }) => folders);
  }

  shelfOf(group: string): GroupShelf | undefined {
    return this.#kept.get(group)?.shelf;
  }

  /** The shelf of a group that this host is a member of; opened if it was still empty. */
  mustShelf(group: string): GroupShelf {
    return this.#kept.get(group)?.shelf ?? this.#begin(group);
  }

  readonly find: OnShelves = (blinded) => {
    for (const [group, { shelf, roots }] of this.#kept) {
      const { catalogue } = shelf.folders;
      for (const one of roots) {
        const hash = one.plain(blinded);
        if (catalogue.read.hasRoot(rootBytes(hash))) return { catalogue, hash, group };
      }
    }
    return undefined;
  };

  /** Applies which folders are shared with which group; changed keys need another life of the service. */
  async reconfigure(config: ConfigInForce): Promise<void> {
    refuseOpen(config);
    this.config = config;
    for (const name of new Set([...this.#namesOf(config), ...this.#kept.keys()])) {
      const { folders } = this.mustShelf(name);
      const { downloadDir } = config;
      await reshare(folders, this.options.paths, { share: pathsOf(config, name), downloadDir });
    }
  }

  /** The answer of `share.get`, with the folders of groups. */
  state(own: Shared): Shared {
    const states = this.shelves().map(({ group, folders }) => {
      return { name: group.name, ...folders.indexing.state() };
    });
    const busy = states.find(({ indexing }) => indexing.active);
    return {
      ...own,
      revision: Math.max(own.revision, ...states.map(({ revision }) => revision)),
      groupsRevision: states.reduce((sum, state) => sum + state.catalogueRevision, 0),
      folders: [
        ...own.folders,
        ...states.flatMap(({ name, folders }) => folders.map((one) => ({ ...one, group: name }))),
      ],
      indexing: !own.indexing.active && busy ? busy.indexing : own.indexing,
    };
  }

  async rescan(full: boolean): Promise<void> {
    await Promise.all(this.shelves().map(({ folders }) => folders.indexing.rescan(full)));
  }

  async close(): Promise<void> {
    this.#stopFollowing();
    await Promise.all(this.shelves().map((shelf) => shelf.close()));
  }

  /** Groups with which something is shared; what is shared with one whose key is absent is shared with nobody. */
  #namesOf({ groupShares, groups }: ConfigInForce): Set<string> {
    const names = new Set<string>(groupShares.map(({ group }) => group));
    for (const name of names) {
      if (groups.some((group) => group.name === name)) continue;
      names.delete(name);
      const sentence = `This host has no key of the group ${name}, so nobody can find the folders that are shared with it.`;
      this.options.onTrouble(sentence);
    }
    return names;
  }

  #begin(name: string): GroupShelf {
    const group = this.config.groups.find((one) => one.name === name);
    if (!group) {
      throw new Failure(
        'E_NOT_FOUND',
        `This host has no key of a group ${name}: "iwanto group add ${name}" adds it.`,
      );
    }
    const { open, paths, self, onProgress, onTrouble } = this.options;
    const folders = open(group);
    const shelf = new GroupShelf({ ...{ group, self, folders, nowMs, onTrouble } });
    this.#kept.set(name, { shelf, roots: keysOf(group).map(groupRoots) });
    if (this.#self) shelf.followSelf(this.#self);
    folders.indexing.onProgress(onProgress);
    shareConfigured(folders, pathsOf(this.config, name), privatePlacesOf(paths));
    return shelf;
  }
}

/** What is shared openly is announced, wherever else it is shared. Throws E_BAD_PATH. */
export function refuseOpen({ share, groupShares }: Pick<Config, 'share' | 'groupShares'>): void {
  const open = share.map(realPathOf);
  for (const { path, group } of groupShares) {
    const real = realPathOf(path);
    const around = open.find((one) => isWithin(one, real) || isWithin(real, one));
    if (around === undefined) continue;
    throw new Failure(
      'E_BAD_PATH',
      `${path} is shared with the group ${group}, and ${around} with everybody: one contains the other.`,
    );
  }
}

const pathsOf = ({ groupShares }: ConfigInForce, name: string): string[] =>
  groupShares.filter(({ group }) => group === name).map(({ path }) => path);
