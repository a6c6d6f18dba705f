/** What this host shares with one group: a catalogue and a tracker of their own, which are announced to nobody else. */
import type { Handlers, KnownPeer } from '@iwanto/bus';
import type { Group } from '@iwanto/service';
import {
  type GroupAsk,
  LIST_ENTRIES_MAX,
  type PeerId,
  type PeerVerbs,
  peerVerbs,
} from '@iwanto/wire';
import type { Folders } from '../folders.js';
import { Announcer } from '../tracking/announce.js';
import { ownTarget } from '../tracking/own-target.js';
import { TrackerDesk } from '../tracking/tracker-desk.js';

const { search, locate, list, holders } = peerVerbs;
/** What members may ask each other, defined by the verbs of that name. */
export const groupVerbs = { search, locate, list, holders } satisfies Pick<PeerVerbs, GroupAsk>;
export type GroupVerbs = typeof groupVerbs;

export interface GroupShelfOptions {
  readonly group: Group;
  readonly self: PeerId;
  readonly folders: Folders;
  readonly nowMs: () => number;
  readonly onTrouble: (sentence: string) => void;
}

export class GroupShelf {
  readonly folders: Folders;
  /** What members may ask. */
  readonly answers: Handlers<GroupVerbs>;
  readonly #desk: TrackerDesk;
  readonly #announcer: Announcer;
  readonly #stopListening: () => void;

  constructor(private readonly options: GroupShelfOptions) {
    const { folders, self: peer, nowMs, onTrouble } = options;
    const { catalogue } = (this.folders = folders);
    const desk = (this.#desk = new TrackerDesk({ peer, nowMs }));
    this.#announcer = new Announcer({
      ...{ target: ownTarget(desk, peer), catalogue, nowMs, onTrouble },
    });
    this.#stopListening = catalogue.onChange(() => this.#announcer.changed());
    this.answers = {
      search: (question) => desk.search(question),
      locate: ({ hash }) => desk.locate(hash),
      list: ({ path, after }) => catalogue.list(path, after, LIST_ENTRIES_MAX),
      holders: (question) => desk.holders(question),
    };
  }

  get group(): Group {
    return this.options.group;
  }

  /** The name and the ports by which members know this host. */
  followSelf(self: KnownPeer): void {
    this.#desk.followPeers([self]);
  }

  async close(): Promise<void> {
    this.#stopListening();
    this.#announcer.stop();
    this.#desk.close();
    await this.folders.indexing.close();
    this.folders.catalogue.close();
  }
}
