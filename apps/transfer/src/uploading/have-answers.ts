/** Answers which pieces of a content are here, and who else fetches it: immediately at first, then when there is news. */
import {
  type FileHash,
  HAVE_NUMBERS_MAX,
  type HaveAnswer,
  type PeerId,
  type PieceRequest,
  encodeHaveAnswer,
  setRecent,
} from '@iwanto/wire';
import type { PieceAsker } from '@iwanto/bus';
import type { Fetchers } from './fetchers.js';
import { GATHER_MS, type HaveLog } from './have-log.js';

/** A question is answered after this time even without news, in ms. */
const ANSWER_MS = 8_000;
/** Askers whose last answer is remembered. */
const ASKERS_MAX = 1_024;

export class HaveAnswers {
  /** The last newcomer that an asker has been sent, by asker and content. */
  readonly #told = new Map<string, number>();

  constructor(private readonly fetchers: Fetchers) {}

  /** `log` undefined: everything is there. `first`: 0 at first, then one more than the pieces listed so far. */
  async answer(
    { root, first }: PieceRequest,
    { name, peer }: PieceAsker,
    log: HaveLog | undefined,
  ): Promise<Uint8Array> {
    this.fetchers.seen(root, peer);
    const key = `${name} ${root}`;
    const isFirst = first === 0;
    const known = Math.max(0, first - 1);
    if (!isFirst) await this.#news(root, known, this.#told.get(key) ?? 0, log);
    setRecent(this.#told, [key, this.fetchers.versionOf(root)], ASKERS_MAX);
    const peers = this.fetchers.of(root, peer);
    return encodeHaveAnswer(haveNow(peers, isFirst ? undefined : known, log), isFirst);
  }

  /** Resolves a moment after the first news, so that they go out together, or after a while. */
  async #news(
    root: FileHash,
    known: number,
    version: number,
    log: HaveLog | undefined,
  ): Promise<void> {
    const isNews = () =>
      (log !== undefined && log.count > known) || this.fetchers.versionOf(root) > version;
    await new Promise<void>((resolve) => {
      let timer = setTimeout(resolve, ANSWER_MS);
      timer.unref();
      const stops: (() => void)[] = [];
      const wake = () => {
        if (!isNews()) return;
        for (const stop of stops.splice(0)) stop();
        clearTimeout(timer);
        timer = setTimeout(resolve, GATHER_MS);
        timer.unref();
      };
      stops.push(this.fetchers.onNews(root, wake));
      if (log) stops.push(log.onNews(wake));
      wake();
    });
  }
}

/** `known`: pieces listed before; undefined in a first answer, which lists all. */
function haveNow(peers: PeerId[], known: number | undefined, log: HaveLog | undefined): HaveAnswer {
  if (!log) return { hasAll: true, known: 0, peers, pieces: [] };
  const pieces = log.since(known ?? 0, known === undefined ? log.count : HAVE_NUMBERS_MAX);
  return { hasAll: false, known: (known ?? 0) + pieces.length, peers, pieces };
}
