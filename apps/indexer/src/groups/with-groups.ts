/** Adds what groups share to the answers of the bus: their members are asked before anybody else learns of a hash. */
import { type KnownPeer, answerHere } from '@iwanto/bus';
import { rootBytes } from '@iwanto/merkle';
import {
  Failure,
  type FileHash,
  type GroupAsk,
  HOLDERS_NAMED_MAX,
  type Holder,
  type HoldersAnswer,
  LIST_ENTRIES_MAX,
  type ListAnswer,
  type LocateAnswer,
  type PeerId,
  type PeerVerbs,
  type QuestionOf,
  type SearchAnswer,
  codeOf,
  fileHashSchema,
  setRecent,
} from '@iwanto/wire';
import type { Tracking } from '../tracking/tracker-service.js';
import { ShownContents } from '../tracking/shown.js';
import type { GroupAsking, Told } from './group-asking.js';
import { groupVerbs } from './group-shelf.js';
import type { GroupShelves } from './group-shelves.js';
import { withGroupResults } from './merge-search.js';

/** Contents remembered as shared with groups. */
const OF_GROUPS_MAX = 50_000;

export interface GroupRoom {
  readonly self: PeerId;
  readonly asking: Pick<GroupAsking, 'ask'>;
  readonly shelves: Pick<GroupShelves, 'shelves'>;
  readonly known: (peer: PeerId) => KnownPeer | undefined;
  readonly nowMs: () => number;
}

export type Served = Pick<Tracking['handlers'], 'search' | 'locate' | 'peer.list' | 'holders'>;

/** The same verbs, which ask groups as well. */
export function withGroups(open: Served, room: GroupRoom): Served {
  const known = new OfGroups(room);
  return {
    search: async ({ beside, ...question }) => {
      const asked = { ...question, withLeft: false };
      const isOfGroup = beside !== undefined && known.has(beside);
      const [answer, ...found] = await Promise.all([
        isOfGroup ? nothingFrom(room.self) : open.search(question),
        ...ownOf(room, 'search', asked),
        room.asking.ask('search', asked),
      ]);
      const all = found.flat().map(({ group, answer: one }) => ({ group, answer: one }));
      const merged = withGroupResults(question, answer as SearchAnswer, all);
      known.note(merged);
      return merged;
    },
    locate: (question) => located(open, room, known, question),
    'peer.list': (question) => listed(open, room, question),
    holders: async (question) => {
      const told = await room.asking.ask('holders', question);
      const found = told.map(({ answer }) => answer);
      for (const { contents } of found) for (const { hash } of contents) known.add(hash);
      const hashes = question.hashes.filter((hash) => !known.has(hash));
      const answer = hashes.length === 0 ? { contents: [] } : await open.holders({ hashes });
      return withHolders(question.hashes, answer as HoldersAnswer, found);
    },
  };
}

/**
 * What this host shares with a group, was shown as shared with one, or heard of from its members: it is not named to the
 * leader, even when they have left (HOSTILE 162, 243).
 */
class OfGroups {
  readonly shown: ShownContents;
  readonly #heard = new Map<string, true>();

  constructor(private readonly room: Pick<GroupRoom, 'shelves' | 'nowMs'>) {
    this.shown = new ShownContents(room.nowMs);
  }

  /** What everybody can see is not a group's. */
  note({ results }: Pick<SearchAnswer, 'results'>): void {
    this.shown.note({ results: results.filter(({ inGroup }) => inGroup !== undefined) });
    for (const { hash, inGroup } of results) {
      if (inGroup !== undefined) continue;
      this.shown.forget(hash);
      this.#heard.delete(hash);
    }
  }

  add(hash: FileHash): void {
    setRecent(this.#heard, [hash, true], OF_GROUPS_MAX);
  }

  has(hash: FileHash): boolean {
    if (this.shown.nameOf(hash) !== undefined || this.#heard.has(hash)) return true;
    const shelves = this.room.shelves.shelves();
    return shelves.some(({ folders }) => folders.catalogue.read.hasRoot(rootBytes(hash)));
  }
}

/** The answer of no tracker. */
const nothingFrom = (leader: PeerId): SearchAnswer => ({
  ...{ results: [], total: 0, totalIsLeast: false, similar: false, leader, partial: false },
});

/** What this host itself shares with its groups. */
function ownOf<V extends GroupAsk>(
  { self, shelves, known }: GroupRoom,
  verb: V,
  question: QuestionOf<PeerVerbs, V>,
): Promise<Told<V>[]>[] {
  const peer = known(self);
  if (!peer) return [];
  return shelves.shelves().map(async ({ group, answers }) => {
    try {
      const answer = await answerHere({ table: groupVerbs, handlers: answers }, verb, question);
      return [{ group: group.name, peer, answer: answer }];
    } catch (cause) {
      if (cause instanceof Failure) return [];
      throw cause;
    }
  });
}

/**
 * Members are asked first, because the leader must learn nothing of what only they have. The beginning of a hash means
 * what was shown.
 */
async function located(
  open: Served,
  room: GroupRoom,
  known: OfGroups,
  question: Parameters<Served['locate']>[0],
): Promise<LocateAnswer> {
  const hash = known.shown.meant(question.hash);
  const first = await locatedInGroup(room, hash);
  if (first) {
    known.add(first.hash);
    return { ...first, name: known.shown.nameOf(first.hash) ?? first.name };
  }
  const whole = fileHashSchema.safeParse(hash);
  const ofGroup = question.ofGroup || (whole.success && known.has(whole.data));
  return (await open.locate({ ...question, ofGroup })) as LocateAnswer;
}

async function locatedInGroup(room: GroupRoom, hash: string): Promise<LocateAnswer | undefined> {
  const told = await room.asking.ask('locate', { hash });
  const [first] = told;
  if (!first) return undefined;
  if (told.some(({ answer }) => answer.hash !== first.answer.hash)) {
    throw new Failure('E_AMBIGUOUS', `More than one hash begins with ${hash}. Type more of it.`);
  }
  const { kind, size, name } = first.answer;
  const same = told.filter(({ answer }) => answer.kind === kind && answer.size === size);
  const holders = same.flatMap(({ group, peer: { peer } }): Holder[] => {
    const known = room.known(peer);
    if (!known?.member || known.transferPort === 0) return [];
    const { address, transferPort: port, curveKey } = known;
    return [{ peer, address, port, curveKey, group }];
  });
  return holders.length === 0 ? undefined : { hash: first.answer.hash, kind, size, name, holders };
}

/** A peer's folder lists what is open to everybody and what is open to groups; a folder open only to a group is found by its path. */
async function listed(
  open: Served,
  room: GroupRoom,
  question: Parameters<Served['peer.list']>[0],
): Promise<ListAnswer> {
  const { peer, path, after } = question;
  const ofGroup = async () => {
    const asked = { path, after };
    const told =
      peer === room.self
        ? (await Promise.all(ownOf(room, 'list', asked))).flat()
        : await room.asking.ask('list', asked, peer);
    return told.map(({ answer }) => answer);
  };
  if (path === '') {
    const [all, found] = await Promise.all([open['peer.list'](question), ofGroup()]);
    const entries = [
      ...all.entries,
      ...found.flatMap((one) => one.entries),
    ] as ListAnswer['entries'];
    return { entries: entries.slice(0, LIST_ENTRIES_MAX), more: all.more };
  }
  try {
    return (await open['peer.list'](question)) as ListAnswer;
  } catch (cause) {
    const found = codeOf(cause) === 'E_NOT_FOUND' ? (await ofGroup())[0] : undefined;
    if (found) return found;
    throw cause;
  }
}

function withHolders(
  hashes: readonly string[],
  open: HoldersAnswer,
  found: readonly HoldersAnswer[],
): HoldersAnswer {
  const contents = new Map(open.contents.map((content) => [content.hash as string, content]));
  for (const content of found.flatMap((one) => one.contents)) {
    const before = contents.get(content.hash);
    const peers = [...new Set([...(before?.peers ?? []), ...content.peers])];
    const news = peers.length - (before?.peers.length ?? 0);
    contents.set(content.hash, {
      ...(before ?? content),
      peers: peers.slice(0, HOLDERS_NAMED_MAX),
      count: Math.max(1, (before?.count ?? 0) + news),
    });
  }
  return { contents: hashes.flatMap((hash) => contents.get(hash) ?? []) };
}
