/** What a hash names and who holds it, for one content or for many. */
import {
  Failure,
  type FileHash,
  HASH_PREFIX_CHARACTERS_MIN,
  HOLDERS_NAMED_MAX,
  type HoldersAnswer,
  type Kind,
  NAMES_MAX,
  type PeerId,
  type WorkTurns,
  fileHashSchema,
} from '@iwanto/wire';
import type { Shelf } from './shelf.js';

/** Contents that a refusal as ambiguous lists. */
const CANDIDATES_LISTED_MAX = 6;
/** Contents examined whose hashes begin alike: two may be a coincidence, many are made up (HOSTILE 175). */
const ALIKE_MAX = 1_000;
/** The same if many hashes are asked about at the same time. */
const CLAIMS_MAX = 100;
/** Rows examined for the usual name of a content. */
const NAME_LOOKS_MAX = 1_000;
/** The same if many contents are asked for at the same time. */
const NAME_LOOKS = 20;

/** What a hash names, and who holds it. */
export interface Located {
  readonly hash: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly size: number;
  readonly peers: PeerId[];
  /** What other peers claim this hash to be, the most frequent claim first. */
  readonly others: Pick<Located, 'kind' | 'size' | 'peers'>[];
}

/** What a hash named, and who had it. */
export interface LastSeen {
  readonly name: string;
  readonly peers: PeerId[];
}

export class Locator {
  constructor(
    private readonly shelf: Shelf,
    private readonly peerOf: (slot: number) => PeerId | undefined,
  ) {}

  /** What a whole hash or a prefix of at least 8 hex characters names. Throws E_NOT_FOUND, E_AMBIGUOUS. */
  *locate(prefix: string): WorkTurns<Located> {
    const { contents } = this.shelf;
    const found = yield* this.#startingWith(prefix);
    const held = found
      .map((content) => ({ content, slots: this.shelf.here.holdersOf(content) }))
      .filter(({ slots }) => slots.size > 0)
      .sort((a, b) => b.slots.size - a.slots.size || a.content - b.content);
    const [most] = held;
    if (!most) throw new Failure('E_NOT_FOUND', `No peer that is present shares ${prefix}.`);
    const hash = contents.hashOf(most.content);
    if (held.some(({ content }) => contents.hashOf(content) !== hash)) {
      throw this.#ambiguous(prefix, held);
    }
    const claims = held.map(({ content, slots }) => {
      const peers = [...slots].flatMap((slot) => this.peerOf(slot) ?? []).sort();
      return { kind: contents.kindOf(content), size: contents.sizeOf(content), peers };
    });
    const [{ peers } = { peers: [] }, ...others] = claims;
    return { hash, ...this.#describe(most.content), peers, others };
  }

  /** Who had what this names, if no peer that is online has it. */
  *lastSeen(prefix: string): WorkTurns<LastSeen | undefined> {
    const { left } = this.shelf;
    const found = yield* this.#startingWith(prefix);
    const content = found.find((one) => left.holds(one));
    if (content === undefined) return undefined;
    const peers = [...left.holdersOf(content)].flatMap((slot) => this.peerOf(slot) ?? []);
    return { name: left.nameOf(content, NAME_LOOKS_MAX), peers };
  }

  /** The contents that somebody shares: who, those of `first` before others, and under which names. */
  holders(hashes: readonly FileHash[], first: readonly PeerId[] = []): HoldersAnswer['contents'] {
    const early = new Set(first);
    return hashes.flatMap((hash) => {
      const contents = this.shelf.contents.withHash(hash, CLAIMS_MAX);
      const slots = new Set(contents.flatMap((content) => [...this.shelf.here.holdersOf(content)]));
      if (slots.size === 0) return [];
      const peers = [...slots].flatMap((slot) => this.peerOf(slot) ?? []).sort();
      const names = contents.flatMap((content) => this.shelf.here.namesOf(content, NAME_LOOKS));
      return {
        hash,
        names: [...new Set(names)].slice(0, NAMES_MAX),
        peers: earliest(peers, early).slice(0, HOLDERS_NAMED_MAX),
        count: slots.size,
      };
    });
  }

  /** A whole hash is looked up; only a beginning costs a look at all of them. */
  *#startingWith(prefix: string): WorkTurns<number[]> {
    const { contents } = this.shelf;
    if (prefix.length < HASH_PREFIX_CHARACTERS_MIN) return [];
    const whole = fileHashSchema.safeParse(prefix);
    return whole.success
      ? contents.withHash(whole.data, ALIKE_MAX)
      : yield* contents.startingWith(prefix, ALIKE_MAX);
  }

  #describe(content: number): Pick<Located, 'kind' | 'name' | 'size'> {
    const { contents } = this.shelf;
    const name = this.shelf.here.nameOf(content, NAME_LOOKS_MAX);
    return { kind: contents.kindOf(content), name, size: contents.sizeOf(content) };
  }

  #ambiguous(prefix: string, held: readonly { content: number }[]): Failure {
    const { contents } = this.shelf;
    const list = held
      .slice(0, CANDIDATES_LISTED_MAX)
      .map(
        ({ content }) =>
          `${contents.hashOf(content)} (${this.#describe(content).name.slice(0, 60)})`,
      )
      .join(', ');
    const more = held.length > CANDIDATES_LISTED_MAX ? ', and others' : '';
    const sentence = `${held.length} hashes begin with ${prefix}: ${list}${more}. Type more of it.`;
    return new Failure('E_AMBIGUOUS', sentence);
  }
}

/** Those of the set before others, otherwise in the same order. */
const earliest = (peers: readonly PeerId[], early: ReadonlySet<PeerId>): readonly PeerId[] =>
  early.size === 0 ? peers : peers.toSorted((a, b) => Number(early.has(b)) - Number(early.has(a)));
