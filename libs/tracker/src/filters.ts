/** Which contents a search may show: kind, size, age, and who has it. */
import type { PeerId, SearchFilters } from '@iwanto/wire';
import { extensionOf, typeOf } from './extensions.js';
import type { Row } from './holdings.js';
import type { QueryFilters } from './query.js';
import type { Shelf } from './shelf.js';

/** What the caller knows about peers: the tracker itself knows only slots. */
export interface Peers {
  readonly slotOf: (peer: PeerId) => number;
}

export interface FilterOptions extends Omit<SearchFilters, 'peer'> {
  /** The peers one of which must have it. */
  readonly peers?: readonly PeerId[];
}

type Test = (row: Row) => boolean;

const MS_PER_SECOND = 1_000;
/** Rows of one content examined for a holder. */
const HOLDER_LOOKS_MAX = 4_096;

/** Builds the tests that a row must pass, the cheap ones first. */
export function testsOf(
  shelf: Shelf,
  asked: FilterOptions,
  query: QueryFilters,
  peers: Peers,
): Test[] {
  const { contents } = shelf;
  const tests: Test[] = [];
  const sizeMin = Math.max(asked.sizeMin ?? 0, query.sizeMin);
  const sizeMax = Math.min(asked.sizeMax ?? Infinity, query.sizeMax);
  if (sizeMin > 0) tests.push(({ content }) => contents.sizeOf(content) >= sizeMin);
  if (sizeMax < Infinity) tests.push(({ content }) => contents.sizeOf(content) <= sizeMax);
  tests.push(...ageTests(asked), ...peerTests(shelf, asked, peers));
  tests.push(...kindTests(shelf, asked, query));
  tests.push(({ node, content }) => !shelf.isEmptyFolder(node, content));
  return tests;
}

function ageTests({ modifiedFromMs, modifiedToMs }: FilterOptions): Test[] {
  const from = Math.ceil((modifiedFromMs ?? 0) / MS_PER_SECOND);
  const to = Math.floor((modifiedToMs ?? Infinity) / MS_PER_SECOND);
  if (from === 0 && to === Infinity) return [];
  return [
    ({ modifiedSeconds }) =>
      modifiedSeconds > 0 && modifiedSeconds >= from && modifiedSeconds <= to,
  ];
}

function peerTests(
  shelf: Shelf,
  { peers, holding, asker, heldBy }: FilterOptions,
  { slotOf }: Peers,
): Test[] {
  const tests: Test[] = [];
  for (const some of [peers, heldBy]) {
    if (!some) continue;
    const slots = new Set(some.map(slotOf));
    tests.push(({ slot }) => slots.has(slot));
  }
  if (holding && asker) {
    const own = slotOf(asker);
    const isMine = ({ content }: Row) => {
      let mine = false;
      shelf.here.eachOf(content, HOLDER_LOOKS_MAX, ({ slot }) => (mine ||= slot === own));
      return mine;
    };
    tests.push(holding === 'mine' ? isMine : (row) => !isMine(row));
  }
  return tests;
}

function kindTests({ tree, contents }: Shelf, asked: FilterOptions, query: QueryFilters): Test[] {
  const tests: Test[] = [];
  const extensions = new Set([...(asked.extensions ?? []), ...query.extensions]);
  if (extensions.size > 0) {
    const ends = [...extensions].map((extension) => `.${extension}`);
    tests.push(({ node }) => {
      const name = tree.nameOf(node).toLowerCase();
      return ends.some((end) => name.endsWith(end) && name.length > end.length);
    });
  }
  const types = new Set<string>([...(asked.types ?? []), ...query.types]);
  if (types.size > 0)
    tests.push(({ node, content }) =>
      contents.kindOf(content) === 'directory'
        ? types.has('folder')
        : types.has(typeOf(extensionOf(tree.nameOf(node))) ?? ''),
    );
  return tests;
}
