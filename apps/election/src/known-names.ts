/**
 * Who had each name first: another peer that takes it is reported, until the user trusts or blocks it (HOSTILE 209). A
 * name that several had before it was anybody's for long, such as that of a system image, identifies nobody.
 */
import { readFile } from 'node:fs/promises';
import type { KnownPeer } from '@iwanto/bus';
import { type Config, writeLightly } from '@iwanto/service';
import {
  PEER_NAME_BYTES_MAX,
  type PeerId,
  peerIdSchema,
  reasonOf,
  safeText,
  setRecent,
} from '@iwanto/wire';
import { z } from 'zod';

const NAMES_MAX = 4_096;
const FILE_BYTES_MAX = 1_048_576;
/** For so long a name must have been one peer's before another one counts as taking it, in ms. */
const LONG_MS = 600_000;
/** A name whose peer was not seen for so long is free again, in ms. */
const FORGET_MS = 90 * 86_400_000;
/** If nothing else has changed, the last sighting is written at most this often, in ms. */
const SEEN_STEP_MS = 86_400_000;
/** Reported at the same time: an attacker must not fill the screen. */
const REPORTED_MAX = 3;

const knownSchema = z.object({
  name: z.string().min(1).max(PEER_NAME_BYTES_MAX),
  peer: peerIdSchema,
  /** When it was first and last seen with this name, in ms since 1970. */
  sinceMs: z.number(),
  seenMs: z.number(),
  /** Several had it from the beginning. */
  isShared: z.boolean(),
});
type Known = z.infer<typeof knownSchema>;

type Named = Pick<KnownPeer, 'peer' | 'name' | 'member' | 'seen'>;

export interface KnownNamesOptions {
  readonly path: string;
  readonly choice: Pick<Config, 'trust' | 'block'>;
  readonly onTrouble: (sentence: string) => void;
  readonly dateMs?: () => number;
}

export class KnownNames {
  readonly #known = new Map<string, Known>();
  readonly #loaded: Promise<void>;
  #peers: readonly Named[] = [];
  #judged: Choice;
  #troubles: string[] = [];
  #isChanged = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: KnownNamesOptions) {
    this.#judged = choiceOf(options.choice);
    this.#loaded = load(options.path).then((all) => {
      for (const each of all) this.#known.set(each.name, each);
    });
  }

  /** The user trusts or blocks others now. */
  async use(choice: Pick<Config, 'trust' | 'block'>): Promise<void> {
    this.#judged = choiceOf(choice);
    await this.look(this.#peers);
  }

  /** To be called with all peers that are here, whenever they change. */
  async look(peers: readonly Named[]): Promise<void> {
    this.#peers = peers;
    await this.#loaded;
    if (this.#peers !== peers) return;
    const before = new Set(this.#troubles);
    this.#troubles = peers.flatMap((each) => this.#judge(each)).slice(0, REPORTED_MAX);
    for (const trouble of this.#troubles)
      if (!before.has(trouble)) this.options.onTrouble(`${trouble}.`);
    if (this.#isChanged) this.#save();
  }

  /** One sentence, without its full stop, for each name that somebody else has now. */
  troubles(): readonly string[] {
    return this.#troubles;
  }

  async close(): Promise<void> {
    await this.#loaded;
    await this.#writing;
  }

  #judge({ peer, name, member, seen }: Named): string[] {
    if (!member || name === '') return [];
    const known = this.#known.get(name);
    const nowMs = (this.options.dateMs ?? Date.now)();
    const { isTrusted, isBlocked } = this.#judged;
    const isOver = known && nowMs - known.seenMs > FORGET_MS;
    const isMeant = known && isTrusted(peer) && !isTrusted(known.peer);
    // What the user says need not prove itself.
    const sinceMs = isMeant ? 0 : nowMs;
    // A name that several had from the beginning stays theirs, whichever of them is trusted.
    const isShared = isMeant === true && known?.isShared === true;
    if (!known || isOver || isMeant) this.#note({ name, peer, sinceMs, seenMs: nowMs, isShared });
    else if (known.peer === peer) this.#see(known, nowMs);
    // The name of this host was chosen here: nobody has to be warned of it.
    else if (known.isShared || seen === 'self' || isTrusted(peer) || isBlocked(peer)) return [];
    else if (nowMs - known.sinceMs < LONG_MS) this.#note({ ...known, isShared: true });
    else return [taken(known, peer)];
    return [];
  }

  #see(known: Known, nowMs: number): void {
    if (nowMs - known.seenMs >= SEEN_STEP_MS) this.#note({ ...known, seenMs: nowMs });
  }

  #note(known: Omit<Known, 'isShared'> & Partial<Known>): void {
    setRecent(this.#known, [known.name, { isShared: false, ...known }], NAMES_MAX);
    this.#isChanged = true;
  }

  #save(): void {
    this.#isChanged = false;
    const { path, onTrouble } = this.options;
    const write = () => writeLightly(path, `${JSON.stringify([...this.#known.values()])}\n`);
    this.#writing = this.#writing
      .then(write)
      .catch((cause: unknown) =>
        onTrouble(`The names ${path} cannot be kept: ${reasonOf(cause)}.`),
      );
  }
}

interface Choice {
  readonly isTrusted: (peer: PeerId) => boolean;
  readonly isBlocked: (peer: PeerId) => boolean;
}

function choiceOf({ trust, block }: Pick<Config, 'trust' | 'block'>): Choice {
  const [trusted, blocked] = [new Set(trust), new Set(block)];
  return { isTrusted: (peer) => trusted.has(peer), isBlocked: (peer) => blocked.has(peer) };
}

const taken = ({ name, peer: first }: Known, peer: PeerId): string =>
  `the name "${safeText(name)}" was that of the peer ${first}, and ${peer} has it now: ` +
  `if that is right, "iwanto trust ${peer}", else "iwanto block ${peer}"`;

/** Nothing if the file is absent or damaged: everything is learnt again. */
async function load(path: string): Promise<Known[]> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length > FILE_BYTES_MAX) return [];
    return z.array(knownSchema).max(NAMES_MAX).parse(JSON.parse(text));
  } catch {
    return [];
  }
}
