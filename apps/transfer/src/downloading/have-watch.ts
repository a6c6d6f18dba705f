/** Keeps asking one source what it has of a content, and who else fetches it. */
import { type FileHash, type PeerId, decodeHaveAnswer } from '@iwanto/wire';
import type { AskingLine } from '../sources/group-line.js';
import { isMissing } from './refusals.js';

/** Longer than a source may keep a question open, in ms. */
const ANSWER_LIMIT_MS = 15_000;
/** A source that refused, or answered nonsense, is asked again after this time, in ms. */
const AGAIN_MS = 1_000;

export interface HaveWatchOptions {
  readonly line: Pick<AskingLine, 'request'>;
  readonly root: FileHash;
  readonly onPieces: (pieces: readonly number[] | 'all') => void;
  /** The source does not have the content at all. */
  readonly onMissing: () => void;
  readonly onPeers: (peers: readonly PeerId[]) => void;
}

export class HaveWatch {
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** The next question: 0, or one more than the pieces known so far. */
  #next = 0;

  /** Begins immediately. */
  constructor(private readonly options: HaveWatchOptions) {
    void this.#ask();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const { line, root, onMissing, onPieces, onPeers } = this.options;
    const isFirst = this.#next === 0;
    const wanted = { ask: 'have', root, first: this.#next, count: 1 } as const;
    const outcome = await line.request(wanted, ANSWER_LIMIT_MS);
    if (this.#stopped) return;
    if (outcome.type === 'refused' && isMissing(outcome.reason)) onMissing();
    const answer = outcome.type === 'data' ? decodeHaveAnswer(outcome.body, isFirst) : undefined;
    if (!answer) {
      this.#next = 0;
      this.#timer = setTimeout(() => void this.#ask(), AGAIN_MS);
      return;
    }
    this.#next = answer.known + 1;
    onPieces(answer.hasAll ? 'all' : answer.pieces);
    if (answer.peers.length > 0) onPeers(answer.peers);
    void this.#ask();
  }
}
