/** The answering side of a contract table: one ROUTER socket, one answer to every question. */
import {
  type AnswerOf,
  type CheckedQuestionOf,
  Failure,
  type QuestionOf,
  type ReplyOf,
  type VerbRow,
  type VerbTable,
  reasonOf,
  stackOf,
} from '@iwanto/wire';
import { checked, pack, packBody, unpack } from './codec.js';
import { InWork } from './in-work.js';
import { QUESTIONS_IN_WORK_MAX, VERB_BYTES_MAX } from './limits.js';
import { Outbox } from './outbox.js';
import { type OnTrouble, isGone } from './trouble.js';
import { messages } from './turns.js';

/** What answers one verb: the answer, or a thrown Failure that becomes the refusal. */
export type Handler<T extends VerbTable, V extends keyof T> = (
  question: CheckedQuestionOf<T, V>,
) => ReplyOf<T, V> | Promise<ReplyOf<T, V>>;

/** One handler for each verb of a table: a missing one does not compile. */
export type Handlers<T extends VerbTable> = { [V in keyof T]: Handler<T, V> };

type AnyHandler = (question: unknown) => unknown;

/** What questions come out of and answers go into: a ROUTER, or the gate in front of one. */
export interface AnsweringSocket extends AsyncIterable<Buffer[]> {
  send(frames: (Uint8Array | string)[]): Promise<void>;
}

interface Asked {
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
  const { row, answer } = await handle(verb, question, verbs);
  return checked(row.answer, answer, `The answer to "${verb}"`) as AnswerOf<T, V>;
}

/** Answers questions on `socket` until it is closed. Never rejects: what another sends ends no service. */
export async function answerVerbs<T extends VerbTable>(
  socket: AnsweringSocket,
  options: AnsweringOptions<T>,
): Promise<void> {
  const outbox = new Outbox(socket);
  const inWork = new InWork();
  for await (const frames of messages(socket)) {
    const asked = readAsked(frames);
    if (!asked) continue;
    const asker = asked.asker.toString('hex');
    void answerOne(asked, options, inWork.begin(asker))
      .then((reply) => outbox.send([asked.asker, asked.id, ...reply]))
      .catch((cause: unknown) => reportUnsent(cause, asked.name, options.onTrouble))
      .finally(() => inWork.end(asker));
  }
}

function readAsked(frames: Buffer[]): Asked | undefined {
  const [asker, id, name, body] = frames;
  if (frames.length !== 4 || !asker || !id || !name || !body) return undefined;
  if (id.length > VERB_BYTES_MAX || name.length > VERB_BYTES_MAX) return undefined;
  return { asker, id, name: name.toString('utf8'), body };
}

async function answerOne<T extends VerbTable>(
  asked: Asked,
  options: AnsweringOptions<T>,
  busy: number,
): Promise<[string, Buffer]> {
  try {
    if (busy >= QUESTIONS_IN_WORK_MAX) {
      throw new Failure(
        'E_LIMIT',
        `More than ${QUESTIONS_IN_WORK_MAX} questions are open at the same time.`,
      );
    }
    const { answer } = await handle(asked.name, unpack(asked.body), options);
    return ['ok', packBody(answer, `The answer to "${asked.name}"`)];
  } catch (cause) {
    return ['error', pack(failureOf(cause, asked.name, options.onTrouble).words())];
  }
}

/** Checks the question, and calls the handler of its row. */
async function handle<T extends VerbTable>(
  verb: string,
  question: unknown,
  { table, handlers }: Pick<AnsweringOptions<T>, 'table' | 'handlers'>,
): Promise<{ row: VerbRow; answer: unknown }> {
  const row: VerbRow | undefined = Object.hasOwn(table, verb) ? table[verb] : undefined;
  if (!row) throw new Failure('E_BAD_REQUEST', `There is no verb "${verb.slice(0, 40)}".`);
  const asked = checked(row.question, question, `The question "${verb}"`);
  return { row, answer: await (handlers[verb] as AnyHandler)(asked) };
}

function failureOf(cause: unknown, verb: string, onTrouble: OnTrouble): Failure {
  if (cause instanceof Failure) return cause;
  onTrouble(`The verb ${verb} failed: ${stackOf(cause)}`);
  return new Failure('E_UNEXPECTED', `${verb} failed: ${reasonOf(cause)}. The log has more.`);
}

/** An asker that has gone is no trouble; anything else is told. */
function reportUnsent(cause: unknown, verb: string, onTrouble: OnTrouble): void {
  if (isGone(cause)) return;
  onTrouble(`The answer to ${verb} could not be sent: ${reasonOf(cause)}.`);
}
