/** The answering side of a contract table: one ROUTER socket, one answer to every question. */
import {
  type AnswerOf,
  type CheckedQuestionOf,
  Failure,
  type GivenReply,
  type PeerId,
  type QuestionOf,
  type VerbRow,
  type VerbTable,
  type WorkTurns,
  isWorkTurns,
  reasonOf,
  stackOf,
} from '@iwanto/wire';
import { checked, pack, packBody, unpack } from './codec.js';
import { QUESTIONS_OPEN_PER_LINE_MAX, VERB_BYTES_MAX } from './limits.js';
import { Outbox } from './outbox.js';
import { type LineNow, QuestionQueue } from './question-queue.js';
import { type OnTrouble, isGone } from './trouble.js';
import { TURN_MS, inTurns, messages } from './turns.js';

/**
 * The handler of one verb: returns the answer, or throws a Failure that becomes the refusal. An answer that takes long
 * is made in turns, and charged to its asker like one that is returned immediately.
 */
export type Handler<T extends VerbTable, V extends keyof T> = (
  question: CheckedQuestionOf<T, V>,
) => GivenReply<T, V>;

/** One handler for each verb of a table: a missing one does not compile. */
export type Handlers<T extends VerbTable> = { [V in keyof T]: Handler<T, V> };

type AnyHandler = (question: unknown) => unknown;

/** The source of questions and the sink of answers: a ROUTER, or the gate in front of one. */
export interface AnsweringSocket extends AsyncIterable<Buffer[]> {
  send(frames: (Uint8Array | string)[]): Promise<void>;
  /** What is known of an asker; each has an address of its own, and reads, if this is left out. */
  lineNow?(asker: string): LineNow | undefined;
  /** To be called when a message is worked on: until then its bytes count for its line. */
  taken?(frames: readonly Buffer[]): void;
  /** `heard` is called when a line has read something. */
  onRead?(heard: () => void): void;
  /** `heard` is called when a line is gone. */
  onGone?(heard: (asker: string) => void): void;
  /** The peer that proved the key of this line; undefined if the election does not know it. */
  peerOf?(asker: string): PeerId | undefined;
}

export function lineNowOf(socket: AnsweringSocket, asker: string): LineNow | undefined {
  if (socket.lineNow) return socket.lineNow(asker);
  return { address: asker, turns: [asker], isReading: true };
}

interface Asked {
  readonly frames: Buffer[];
  readonly asker: Buffer;
  readonly id: Buffer;
  readonly name: string;
  readonly body: Buffer;
}

export interface AnsweringOptions<T extends VerbTable> {
  readonly table: T;
  readonly handlers: Handlers<T>;
  readonly onTrouble: OnTrouble;
}

/** Answers a question that this process asks itself: by the same handler, after the same checks, without a socket. */
export async function answerHere<T extends VerbTable, V extends keyof T & string>(
  verbs: Pick<AnsweringOptions<T>, 'table' | 'handlers'>,
  verb: V,
  question: QuestionOf<T, V>,
): Promise<AnswerOf<T, V>> {
  const { row, answer } = handle(verb, question, verbs);
  const made = isWorkTurns(answer) ? inTurns(answer) : answer;
  return checked(row.answer, await made, `The answer to "${verb}"`) as AnswerOf<T, V>;
}

/** Answers questions on `socket` until it is closed. Never rejects: nothing that others send ends a service. */
export async function answerVerbs<T extends VerbTable>(
  socket: AnsweringSocket,
  options: AnsweringOptions<T>,
): Promise<void> {
  const answering = new Answering(socket, options);
  for await (const frames of messages(socket)) answering.take(frames);
  answering.close();
}

/** Takes questions in, answers them in fair turns, and gives everything else in this process a turn in between. */
class Answering<T extends VerbTable> {
  readonly #outbox: Outbox;
  readonly #queue: QuestionQueue<Asked>;
  #next: NodeJS.Immediate | undefined;
  /** What is answered in turns: no other question begins before it has ended. */
  #standing:
    { readonly line: string; readonly asked: Asked; readonly turns: WorkTurns<Reply> } | undefined;
  #isClosed = false;

  constructor(
    private readonly socket: AnsweringSocket,
    private readonly options: AnsweringOptions<T>,
  ) {
    this.#outbox = new Outbox(socket);
    this.#queue = new QuestionQueue((asker) => lineNowOf(socket, asker));
    socket.onRead?.(() => this.#workSoon());
  }

  take(frames: Buffer[]): void {
    const asked = readAsked(frames);
    if (!asked) return this.socket.taken?.(frames);
    const left = this.#queue.add(nameOf(asked), asked);
    if (left) this.#refuse(left.refused);
    this.#workSoon();
  }

  close(): void {
    this.#isClosed = true;
    clearImmediate(this.#next);
    this.#standing?.turns.return(CLOSED);
  }

  #workSoon(): void {
    if (this.#isClosed) return;
    this.#next ??= setImmediate(() => {
      this.#next = undefined;
      this.#work();
    });
  }

  /** As many as fit into a turn, and one at least. */
  #work(): void {
    const endMs = performance.now() + TURN_MS;
    let beganMs = performance.now();
    for (let isWaiting = false; beganMs < endMs && !isWaiting;) {
      const line = this.#standing?.line ?? this.#begin();
      if (line === undefined) return;
      isWaiting = this.#takeTurn();
      const nowMs = performance.now();
      this.#queue.spent(line, nowMs - beganMs);
      beganMs = nowMs;
    }
    this.#workSoon();
  }

  /** Begins to answer the next question; returns its line. */
  #begin(): string | undefined {
    const next = this.#queue.next();
    if (!next) return undefined;
    const { line, question: asked } = next;
    this.socket.taken?.(asked.frames);
    const reply = answerOne(asked, this.options);
    if (isWorkTurns(reply)) this.#standing = { line, asked, turns: reply };
    else if (reply instanceof Promise) void reply.then((late) => this.#end(line, asked, late));
    else this.#end(line, asked, reply);
    return line;
  }

  /** One turn of the answer that is being made, if any; true if it waits for work of others. */
  #takeTurn(): boolean {
    if (!this.#standing) return false;
    const { line, asked, turns } = this.#standing;
    const turn = turns.next();
    if (!turn.done) return turn.value === 0;
    this.#standing = undefined;
    this.#end(line, asked, turn.value);
    return false;
  }

  #end(line: string, asked: Asked, reply: Reply): void {
    void this.#send(asked, reply).finally(() => {
      this.#queue.end(line);
      this.#workSoon();
    });
  }

  /** Somebody asks more than its share: cheaper than an answer, and it knows. */
  #refuse(asked: Asked): void {
    this.socket.taken?.(asked.frames);
    const sentence = `More than ${QUESTIONS_OPEN_PER_LINE_MAX} questions are open at the same time.`;
    void this.#send(asked, ['error', pack(new Failure('E_LIMIT', sentence).words())]);
  }

  async #send({ asker, id, name }: Asked, reply: Reply): Promise<void> {
    try {
      await this.#outbox.send([asker, id, ...reply]);
    } catch (cause) {
      reportUnsent(cause, name, this.options.onTrouble);
    }
  }
}

type Reply = [state: string, body: Buffer];

/** What becomes of an answer that is not finished when its socket is closed: nobody reads it. */
const CLOSED: Reply = ['error', Buffer.alloc(0)];

const nameOf = ({ asker }: Asked) => asker.toString('latin1');

function readAsked(frames: Buffer[]): Asked | undefined {
  const [asker, id, name, body] = frames;
  if (frames.length !== 4 || !asker || !id || !name || !body) return undefined;
  if (id.length > VERB_BYTES_MAX || name.length > VERB_BYTES_MAX) return undefined;
  return { frames, asker, id, name: name.toString('utf8'), body };
}

/** Immediately if the handler answers immediately, so that the time it takes can be measured. */
function answerOne<T extends VerbTable>(
  { name, body }: Asked,
  options: AnsweringOptions<T>,
): Reply | Promise<Reply> | WorkTurns<Reply> {
  const refused = (cause: unknown): Reply => {
    return ['error', pack(failureOf(cause, name, options.onTrouble).words())];
  };
  const packed = (answer: unknown): Reply => ['ok', packBody(answer, `The answer to "${name}"`)];
  try {
    const { answer } = handle(name, unpack(body), options);
    if (isWorkTurns(answer)) return replyInTurns(answer, { packed, refused });
    return answer instanceof Promise ? answer.then(packed).catch(refused) : packed(answer);
  } catch (cause) {
    return refused(cause);
  }
}

function* replyInTurns(
  answer: WorkTurns<unknown>,
  { packed, refused }: Readonly<Record<'packed' | 'refused', (of: unknown) => Reply>>,
): WorkTurns<Reply> {
  try {
    return packed(yield* answer);
  } catch (cause) {
    return refused(cause);
  }
}

/** Checks the question, and calls the handler of its row. */
function handle<T extends VerbTable>(
  verb: string,
  question: unknown,
  { table, handlers }: Pick<AnsweringOptions<T>, 'table' | 'handlers'>,
): { row: VerbRow; answer: unknown } {
  const row: VerbRow | undefined = Object.hasOwn(table, verb) ? table[verb] : undefined;
  if (!row) throw new Failure('E_BAD_REQUEST', `There is no verb "${verb.slice(0, 40)}".`);
  const asked = checked(row.question, question, `The question "${verb}"`);
  return { row, answer: (handlers[verb] as AnyHandler)(asked) };
}

function failureOf(cause: unknown, verb: string, onTrouble: OnTrouble): Failure {
  if (cause instanceof Failure) return cause;
  onTrouble(`The verb ${verb} failed: ${stackOf(cause)}`);
  return new Failure('E_UNEXPECTED', `${verb} failed: ${reasonOf(cause)}. The log has more.`);
}

/** That an asker has gone is not a fault; anything else is logged. */
function reportUnsent(cause: unknown, verb: string, onTrouble: OnTrouble): void {
  if (isGone(cause)) return;
  onTrouble(`The answer to ${verb} could not be sent: ${reasonOf(cause)}.`);
}
