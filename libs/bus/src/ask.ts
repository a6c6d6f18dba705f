/** The asking side of a contract table: one DEALER socket, an id and a time limit for every question. */
import {
  type AnswerOf,
  Failure,
  type FailureCode,
  type QuestionOf,
  type VerbRow,
  type VerbTable,
  failureSchema,
  reasonOf,
} from '@iwanto/wire';
import type { Dealer } from 'zeromq';
import { checked, packBody, unpack } from './codec.js';
import { Outbox } from './outbox.js';
import { messages } from './turns.js';
import { Wakers } from './wakers.js';

/** A handshake on one host takes a few ms; after this long it is asked whether anybody is there. */
const USUAL_HANDSHAKE_MS = 40;

interface Open {
  readonly name: string;
  readonly row: VerbRow;
  readonly answered: (answer: unknown) => void;
  readonly refused: (failure: Failure) => void;
  readonly timer: NodeJS.Timeout;
}

export interface AskerOptions<T extends VerbTable> {
  readonly table: T;
  /** The owner, as messages name it: "the indexer service". */
  readonly whom: string;
  /** How long to wait for the connection before E_NOT_RUNNING. */
  readonly connectLimitMs: number;
  /** What to do when nobody is there: the end of a sentence a user reads. */
  readonly advice: string;
  /** Reports an absent owner, so that nobody has to wait for the time limit. */
  readonly absent?: () => Promise<boolean>;
  readonly onLost?: (() => void) | undefined;
  /** How a refusal is worded here; when left out, in its own words. */
  readonly refused?: (code: FailureCode, verb: string) => Failure;
  /** Called for each message taken out of the socket. */
  readonly onTaken?: (frames: readonly Buffer[]) => void;
  /** Called when the socket is closed. */
  readonly onClosed?: () => void;
}

/** Asks over one socket that is already connecting; knows whether the other side is there. */
export class Asker<T extends VerbTable> {
  readonly #open = new Map<string, Open>();
  readonly #outbox: Outbox;
  readonly #line = new Wakers();
  #connected = false;
  #closed = false;
  #nextId = 1;

  constructor(
    private readonly dealer: Dealer,
    private readonly options: AskerOptions<T>,
  ) {
    this.#outbox = new Outbox(dealer);
    dealer.events.on('handshake', () => this.#lineUp());
    dealer.events.on('disconnect', () => this.#lineDown());
    void this.#listen();
  }

  /** True while the handshake with the other side is valid. */
  get connected(): boolean {
    return this.#connected;
  }

  /**
   * The answer to one question. Rejects with the other side's Failure, with E_NOT_RUNNING when nobody
   * is there or the line breaks meanwhile, with E_TIMEOUT when the limit passes, and with E_BAD_ANSWER when
   * the answer does not fit.
   */
  async ask<V extends keyof T & string>(
    verb: V,
    question: QuestionOf<T, V>,
    limitMs?: number,
  ): Promise<AnswerOf<T, V>> {
    const row: VerbRow = this.options.table[verb] as VerbRow;
    const what = `The question "${verb}"`;
    const asked = checked(row.question, question, what);
    const body = packBody(question, what);
    await this.#untilConnected(Math.min(limitMs ?? row.limitMs, this.options.connectLimitMs));
    const answer = await this.#send({ verb, row, body, limitMs: limitMs ?? row.limitMs });
    return this.#fitting(verb, row, { asked, answer }) as AnswerOf<T, V>;
  }

  /** The answer after its schema; one that does not fit is the fault of its sender. */
  #fitting(verb: string, row: VerbRow, said: { asked: unknown; answer: unknown }): unknown {
    const answer = this.#understood(verb, () => checked(row.answer, said.answer, 'It'));
    const fault = row.fault?.(said.asked, answer);
    if (fault !== undefined) throw this.#badAnswer(verb, fault);
    return answer;
  }

  #understood<R>(verb: string, read: () => R): R {
    try {
      return read();
    } catch (cause) {
      throw this.#badAnswer(verb, reasonOf(cause));
    }
  }

  #badAnswer(verb: string, reason: string): Failure {
    const { whom } = this.options;
    return new Failure('E_BAD_ANSWER', `${whom} gave no usable answer to "${verb}": ${reason}`);
  }

  #refusal(verb: string, body: Buffer): Failure {
    const words = this.#understood(verb, () => checked(failureSchema, unpack(body), 'It'));
    const { code, sentence } = words;
    return this.options.refused?.(code, verb) ?? new Failure(code, sentence);
  }

  close(): void {
    this.#closed = true;
    this.#refuseAll('The line was closed before the answer came.');
    this.#line.wake();
    this.dealer.close();
    this.options.onClosed?.();
  }

  #send(asked: { verb: string; row: VerbRow; body: Buffer; limitMs: number }): Promise<unknown> {
    const id = String(this.#nextId);
    this.#nextId += 1;
    return new Promise((answered, refused) => {
      const timer = setTimeout(() => this.#timeOut(id, asked.limitMs), asked.limitMs);
      this.#open.set(id, { name: asked.verb, row: asked.row, answered, refused, timer });
      this.#outbox.send([id, asked.verb, asked.body]).catch((cause: unknown) => {
        const sentence = `The question ${asked.verb} could not be sent: ${reasonOf(cause)}.`;
        this.#take(id)?.refused(new Failure('E_NOT_RUNNING', sentence));
      });
    });
  }

  async #listen(): Promise<void> {
    for await (const frames of messages(this.dealer)) {
      this.options.onTaken?.(frames);
      const [id, state, body] = frames;
      const open = id && this.#take(id.toString('utf8'));
      if (!open || !state || !body) continue;
      try {
        if (state.toString('utf8') !== 'ok') open.refused(this.#refusal(open.name, body));
        else open.answered(this.#understood(open.name, () => unpack(body)));
      } catch (cause) {
        open.refused(cause as Failure);
      }
    }
  }

  #take(id: string): Open | undefined {
    const open = this.#open.get(id);
    if (open) clearTimeout(open.timer);
    this.#open.delete(id);
    return open;
  }

  #timeOut(id: string, limitMs: number): void {
    const open = this.#take(id);
    const sentence = `${this.options.whom} did not answer "${open?.name}" within ${limitMs} ms.`;
    open?.refused(new Failure('E_TIMEOUT', sentence));
  }

  #lineUp(): void {
    this.#connected = true;
    this.#line.wake();
  }

  #lineDown(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#refuseAll(`${this.options.whom} went away before it answered; ${this.options.advice}.`);
    if (!this.#closed) this.options.onLost?.();
  }

  #refuseAll(sentence: string): void {
    for (const id of [...this.#open.keys()]) {
      this.#take(id)?.refused(new Failure('E_NOT_RUNNING', sentence));
    }
  }

  async #untilConnected(limitMs: number): Promise<void> {
    const { absent } = this.options;
    // Whoever is there has answered by then, and nothing had to be loaded for the question whether anybody is.
    if (absent && !this.#connected) await this.#line.next({ limitMs: USUAL_HANDSHAKE_MS });
    const hopeless = !this.#connected && (await absent?.());
    if (!hopeless && !this.#connected && !this.#closed) await this.#line.next({ limitMs });
    if (this.#connected && !this.#closed) return;
    const { whom, advice } = this.options;
    throw new Failure('E_NOT_RUNNING', `${whom} is not running or not reachable; ${advice}.`);
  }
}
