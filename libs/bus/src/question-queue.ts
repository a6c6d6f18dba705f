/**
 * Which question is answered next: fair by the time that answers took, at each level of the lines' paths. Whoever asks
 * one question waits behind at most one of each other address of its standing.
 */
import { FairTurns, type TurnPath } from './fair-turns.js';
import {
  QUESTIONS_OPEN_MAX,
  QUESTIONS_OPEN_PER_ADDRESS_MAX,
  QUESTIONS_OPEN_PER_LINE_MAX,
} from './limits.js';

/** An answer too fast to be measured counts as this, in ms, so that everybody gets a turn. */
const SPENT_MS_MIN = 0.01;

/** What is known about a line now. */
export interface LineNow {
  readonly address: string;
  /** Standing, address and key: lines whose paths begin alike share the turns of that beginning. */
  readonly turns: TurnPath;
  /** False while it leaves unread what it asked for: no more is made for it. */
  readonly isReading: boolean;
}

interface Line<Q> {
  readonly name: string;
  readonly of: Address<Q>;
  readonly waiting: Q[];
  turns: TurnPath;
  inWork: number;
}

interface Address<Q> {
  readonly name: string;
  readonly lines: Set<Line<Q>>;
  /** Questions that wait or are being processed. */
  open: number;
}

export class QuestionQueue<Q> {
  readonly #lines = new Map<string, Line<Q>>();
  readonly #addresses = new Map<string, Address<Q>>();
  readonly #turns = new FairTurns();
  #open = 0;

  /** `lineNow`: undefined for a line that is gone, whose questions are dropped. */
  constructor(private readonly lineNow: (line: string) => LineNow | undefined) {}

  /** Adds a question; returns the one dropped for lack of space: this one, or the newest of the line with the most. */
  add(name: string, question: Q): { readonly line: string; readonly refused: Q } | undefined {
    const line = this.#line(name);
    if (!line) return undefined;
    if (line.waiting.length + line.inWork >= QUESTIONS_OPEN_PER_LINE_MAX) {
      return { line: name, refused: question };
    }
    line.waiting.push(question);
    this.#count(line, 1);
    const isFull = this.#open > QUESTIONS_OPEN_MAX;
    const fullest = isFull ? most(this.#addresses.values(), ({ open }) => open) : line.of;
    if (!fullest || (!isFull && fullest.open <= QUESTIONS_OPEN_PER_ADDRESS_MAX)) return undefined;
    const heaviest = most(fullest.lines, ({ waiting }) => waiting.length);
    return (heaviest && this.#refuseNewest(heaviest)) ?? this.#refuseNewest(line);
  }

  /** The next question that may be processed, if any. Its line is `end`ed when it was answered. */
  next(): { readonly line: string; readonly question: Q } | undefined {
    const ready: Line<Q>[] = [];
    for (const line of [...this.#lines.values()]) {
      const now = line.waiting.length > 0 ? this.lineNow(line.name) : undefined;
      if (line.waiting.length > 0 && !now) this.#drop(line);
      if (!now?.isReading) continue;
      line.turns = [...now.turns, line.name];
      ready.push(line);
    }
    const line = this.#turns.next(ready, ({ turns }) => turns);
    const question = line?.waiting.shift();
    if (!line || question === undefined) return undefined;
    line.inWork += 1;
    return { line: line.name, question };
  }

  /** Its last question kept this process from everything else for so long. */
  spent(name: string, ms: number): void {
    const line = this.#lines.get(name);
    if (!line) return;
    this.#turns.spend(line.turns, Math.max(ms, SPENT_MS_MIN));
  }

  /** A question of this line was answered. */
  end(name: string): void {
    const line = this.#lines.get(name);
    if (!line) return;
    line.inWork -= 1;
    this.#count(line, -1);
  }

  #line(name: string): Line<Q> | undefined {
    const known = this.#lines.get(name);
    if (known) return known;
    const now = this.lineNow(name);
    if (!now) return undefined;
    const address = this.#addresses.get(now.address) ?? {
      ...{ name: now.address, open: 0, lines: new Set<Line<Q>>() },
    };
    this.#addresses.set(now.address, address);
    const line = { name, of: address, waiting: [], turns: now.turns, inWork: 0 };
    address.lines.add(line);
    this.#lines.set(name, line);
    return line;
  }

  #count(line: Line<Q>, change: number): void {
    line.of.open += change;
    this.#open += change;
    if (line.waiting.length + line.inWork > 0) return;
    this.#lines.delete(line.name);
    line.of.lines.delete(line);
    if (line.of.lines.size === 0) this.#addresses.delete(line.of.name);
  }

  #drop(line: Line<Q>): void {
    this.#count(line, -line.waiting.splice(0).length);
  }

  #refuseNewest(line: Line<Q>): { readonly line: string; readonly refused: Q } | undefined {
    const refused = line.waiting.pop();
    if (refused === undefined) return undefined;
    this.#count(line, -1);
    return { line: line.name, refused };
  }
}

/** The first of those of which there is most. */
function most<T>(of: Iterable<T>, measure: (one: T) => number): T | undefined {
  let found: { readonly one: T; readonly measured: number } | undefined;
  for (const one of of) {
    const measured = measure(one);
    if (!found || measured > found.measured) found = { one, measured };
  }
  return found?.one;
}
