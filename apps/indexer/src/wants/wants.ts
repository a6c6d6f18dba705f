/** Standing searches of this host: kept over restarts, answered as the leader's tracker takes new files in. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceBus, WANTS_MAX, type Want, type WantFound, wantSchema } from '@iwanto/bus';
import { writeSafely } from '@iwanto/service';
import {
  type AddedAnswer,
  type AnswerOf,
  Failure,
  type FileHash,
  type PeerVerbs,
  type QuestionOf,
  type SearchResult,
  codeOf,
  reasonOf,
} from '@iwanto/wire';
import { z } from 'zod';
import { areAmong, isWanted, wordsOf } from './match.js';

/** How often the tracker is asked what is new, while there are standing searches. */
const ASK_EVERY_MS = 300;
/** The same while no tracker answers. */
const RETRY_MS = 1_000;
/** How often members of groups are asked for each want, in ms: they announce nothing to anybody. */
const GROUPS_EVERY_MS = 5_000;
/** Between two questions to them, however much is wanted. */
const GROUPS_PAUSE_MS = 500;
/** Results of a search that are scanned after a change of the tracker. */
const SEARCHED_MAX = 200;
/** Finds remembered for each want: the latest. */
const FOUND_MAX = 100;
const SEEN_MAX = 5_000;
/** Finds reported in a row, far fewer than the bus keeps for a slow reader, and the pause after them, in ms. */
const NEWS_IN_A_ROW_MAX = 64;
const NEWS_PAUSE_MS = 10;

const savedSchema = z.array(wantSchema.extend({ seen: z.array(z.string()) })).max(WANTS_MAX);

interface Standing {
  readonly want: Want;
  readonly words: readonly string[];
  readonly seen: Set<string>;
}

type Content = Omit<WantFound, 'atMs'>;

export interface WantsOptions {
  readonly path: string;
  readonly bus: Pick<ServiceBus<'indexer'>, 'call' | 'publish'>;
  readonly ask: <V extends 'search' | 'added'>(
    verb: V,
    question: QuestionOf<PeerVerbs, V>,
  ) => Promise<AnswerOf<PeerVerbs, V>>;
  /** What members share with a group alone; nobody is asked if it is left out. */
  readonly askGroups?: (query: string, limit: number) => Promise<SearchResult[]>;
  /** How often they are asked for each want, in ms, if not as usual. */
  readonly groupsEveryMs?: number;
  readonly dateMs: () => number;
  readonly onTrouble: (sentence: string) => void;
}

export class Wants {
  #standing: Standing[] = [];
  #mark = { id: '', next: 0 };
  #timer: NodeJS.Timeout | undefined;
  #groupsTimer: NodeJS.Timeout | undefined;
  /** The want for which members of groups were asked last. */
  #groupsTurn = 0;
  /** Finds reported since the last pause. */
  #inARow = 0;
  #isClosed = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(private readonly options: WantsOptions) {
    this.#standing = this.#load();
    this.#later(0);
    this.#groupsLater();
  }

  list(): Want[] {
    return this.#standing.map(({ want }) => want);
  }

  /** Begins a standing search; what fits already is not new. Throws E_LIMIT, E_BAD_REQUEST. */
  async add(query: string, get: boolean): Promise<Want> {
    const words = wordsOf(query);
    if (words.length === 0) throw new Failure('E_BAD_REQUEST', 'Name at least one word to want.');
    if (this.#standing.length >= WANTS_MAX) {
      throw new Failure(
        'E_LIMIT',
        `There are ${WANTS_MAX} wants already; remove one with "iwanto wants remove N".`,
      );
    }
    // Before the search: what comes while it runs is new.
    if (this.#standing.length === 0) await this.#begin();
    const present = await this.#search(query, words);
    const id = 1 + Math.max(0, ...this.#standing.map(({ want }) => want.id));
    const want: Want = {
      id,
      query,
      get,
      sinceMs: this.options.dateMs(),
      fitted: present.length,
      found: [],
    };
    this.#standing.push({ want, words, seen: new Set(present.map(({ hash }) => hash)) });
    await this.#save();
    this.#later(0);
    this.#groupsLater();
    return want;
  }

  async remove(id: number): Promise<Want> {
    const standing = this.#standing.find(({ want }) => want.id === id);
    if (!standing)
      throw new Failure('E_NOT_FOUND', `There is no want ${id}; "iwanto wants" lists all.`);
    this.#standing = this.#standing.filter((one) => one !== standing);
    await this.#save();
    return standing.want;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#groupsTimer);
    await this.#saving;
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed || this.#standing.length === 0) return;
    this.#timer = setTimeout(() => void this.#look(), ms);
  }

  /** One want after the other, each once in the while. */
  #groupsLater(): void {
    const { askGroups, groupsEveryMs = GROUPS_EVERY_MS } = this.options;
    clearTimeout(this.#groupsTimer);
    if (this.#isClosed || this.#standing.length === 0 || !askGroups) return;
    const pauseMs = Math.min(GROUPS_PAUSE_MS, groupsEveryMs);
    const afterMs = Math.max(pauseMs, groupsEveryMs / this.#standing.length);
    this.#groupsTimer = setTimeout(() => void this.#lookInGroups(), afterMs);
  }

  async #lookInGroups(): Promise<void> {
    this.#groupsTurn += 1;
    const standing = this.#standing[this.#groupsTurn % this.#standing.length];
    try {
      if (standing) await this.#findInGroups(standing);
    } catch (cause) {
      this.options.onTrouble(`Groups could not be searched for a want: ${reasonOf(cause)}.`);
    }
    this.#groupsLater();
  }

  async #findInGroups(standing: Standing): Promise<void> {
    const present = await this.#searchGroups(standing.want.query, standing.words);
    const news = present.filter(({ hash }) => !standing.seen.has(hash));
    if (news.length === 0 || !this.#standing.includes(standing)) return;
    for (const content of news) this.#find(standing, content);
    await this.#save();
  }

  /** From here on the tracker is asked for what is new. */
  async #begin(): Promise<void> {
    const { id, next } = await this.options.ask('added', { id: '', since: 0 });
    this.#mark = { id, next };
  }

  async #look(): Promise<void> {
    const { id, next } = this.#mark;
    try {
      const answer = await this.options.ask('added', { id, since: next });
      await (answer.lost ? this.#searchAll() : this.#take(answer));
      this.#mark = { id: answer.id, next: answer.next };
      this.#later(answer.entries.length > 0 ? 0 : ASK_EVERY_MS);
    } catch (cause) {
      if (!(cause instanceof Failure))
        this.options.onTrouble(`A want could not be searched for: ${reasonOf(cause)}.`);
      this.#later(RETRY_MS);
    }
  }

  async #take({ entries }: AddedAnswer): Promise<void> {
    for (const { path, ...entry } of entries) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const words = wordsOf(path);
      for (const standing of this.#standing) {
        if (areAmong(standing.words, words)) this.#find(standing, { ...entry, name });
      }
      if (this.#inARow >= NEWS_IN_A_ROW_MAX) await this.#pause();
    }
    await this.#save();
  }

  /** Another tracker, or too many additions: each want is searched for, one after the other. */
  async #searchAll(): Promise<void> {
    for (const standing of this.#standing) {
      const present = await this.#search(standing.want.query, standing.words);
      for (const content of present) this.#find(standing, content);
      if (this.#inARow >= NEWS_IN_A_ROW_MAX) await this.#pause();
    }
    await this.#save();
  }

  async #search(query: string, words: readonly string[]): Promise<Content[]> {
    const [{ results }, ofGroups] = await Promise.all([
      this.options.ask('search', { query, limit: SEARCHED_MAX }),
      this.#searchGroups(query, words),
    ]);
    return [...contentsOf(results, words), ...ofGroups];
  }

  async #searchGroups(query: string, words: readonly string[]): Promise<Content[]> {
    return contentsOf((await this.options.askGroups?.(query, SEARCHED_MAX)) ?? [], words);
  }

  #find({ want, seen }: Standing, content: Content): void {
    if (seen.has(content.hash)) return;
    seen.add(content.hash);
    const [oldest] = seen;
    if (seen.size > SEEN_MAX && oldest !== undefined) seen.delete(oldest);
    const found: WantFound = { ...content, atMs: this.options.dateMs() };
    want.found = [found, ...want.found].slice(0, FOUND_MAX);
    this.options.bus.publish('want.found', {
      id: want.id,
      query: want.query,
      get: want.get,
      found,
    });
    if (want.get) this.#fetch(content);
    this.#inARow += 1;
  }

  /** Gives the readers of the bus time to catch up. */
  async #pause(): Promise<void> {
    this.#inARow = 0;
    await sleep(NEWS_PAUSE_MS);
  }

  #fetch({ hash, name }: { hash: FileHash; name: string }): void {
    this.options.bus.call('download.start', { hash, as: name }).catch((cause: unknown) => {
      const reason = reasonOf(cause);
      this.options.onTrouble(`A wanted file could not be fetched: ${name}: ${reason}`);
    });
  }

  #load(): Standing[] {
    try {
      const saved = savedSchema.parse(JSON.parse(readFileSync(this.options.path, 'utf8')));
      return saved.map(({ seen, ...want }) => {
        return { want, words: wordsOf(want.query), seen: new Set(seen) };
      });
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT') {
        this.options.onTrouble(
          `The wants in ${this.options.path} cannot be read and are forgotten: ${reasonOf(cause)}.`,
        );
      }
      return [];
    }
  }

  #save(): Promise<void> {
    const lines = this.#standing.map(({ want, seen }) => ({ ...want, seen: [...seen] }));
    const text = JSON.stringify(lines);
    this.#saving = this.#saving
      .then(() => writeSafely(this.options.path, text))
      .catch((cause: unknown) =>
        this.options.onTrouble(
          `The wants in ${this.options.path} cannot be written: ${reasonOf(cause)}.`,
        ),
      );
    return this.#saving;
  }
}

const contentsOf = (results: readonly SearchResult[], words: readonly string[]): Content[] =>
  results
    .filter(({ name, where }) => isWanted(words, `${where.folder}/${name}`))
    .map(({ hash, kind, name, size }) => ({ hash, kind, name, size }));
