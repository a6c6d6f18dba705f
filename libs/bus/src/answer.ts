/** The answering side of a contract table: one ROUTER socket, one answer to every question. */
import {
  type CheckedQuestionOf,
  Failure,
  type ReplyOf,
  type VerbRow,
  type VerbTable,
} from '@iwanto/wire';
import type { Router } from 'zeromq';
import { checked, pack, packBody, unpack } from './codec.js';
import { InWork } from './in-work.js';
import { QUESTIONS_IN_WORK_MAX, VERB_BYTES_MAX } from './limits.js';
import { Outbox } from './outbox.js';
import type { OnTrouble } from './trouble.js';
import { messages } from './turns.js';

/** What answers one verb: the answer, or a thrown Failure that becomes the refusal. */
export type Handler<T extends VerbTable, V extends keyof T> = (
  question: CheckedQuestionOf<T, V>,
) => ReplyOf<T, V> | Promise<ReplyOf<T, V>>;

/** One handler for each verb of a table: a missing one does not compile. */
export type Handlers<T extends VerbTable> = { [V in keyof T]: Handler<T, V> };

type AnyHandler = (question: unknown) => unknown;

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

/** Answers questions on `router` until it is closed. Never rejects: what another sends ends no service. */
export async function answerVerbs<T extends VerbTable>(
  router: Router,
  options: AnsweringOptions<T>,
): Promise<void> {
  const outbox = new Outbox(router);
  const inWork = new InWork();
  for await (const frames of messages(router)) {
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
        `More than ${QUESTIONS_IN_WORK_MAX} questions are open at once.`,
      );
    }
    return ['ok', await handle(asked, options)];
  } catch (cause) {
    return ['error', pack(failureOf(cause, asked.name, options.onTrouble).words())];
  }
}

async function handle<T extends VerbTable>(
  asked: Asked,
  { table, handlers }: AnsweringOptions<T>,
): Promise<Buffer> {
  const row: VerbRow | undefined = Object.hasOwn(table, asked.name) ? table[asked.name] : undefined;
  if (!row) throw new Failure('E_BAD_REQUEST', `There is no verb "${asked.name.slice(0, 40)}".`);
  const question = checked(row.question, unpack(asked.body), `The question "${asked.name}"`);
  const answer = await (handlers[asked.name] as AnyHandler)(question);
  return packBody(answer, `The answer to "${asked.name}"`);
}

function failureOf(cause: unknown, verb: string, onTrouble: OnTrouble): Failure {
  if (cause instanceof Failure) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  onTrouble(
    `The verb ${verb} failed: ${cause instanceof Error ? (cause.stack ?? reason) : reason}`,
  );
  return new Failure('E_UNEXPECTED', `${verb} failed: ${reason}. The log has more.`);
}

/** An asker that has gone is no trouble; anything else is told. */
function reportUnsent(cause: unknown, verb: string, onTrouble: OnTrouble): void {
  const code = (cause as { code?: string }).code;
  if (code === 'EHOSTUNREACH' || code === 'EBADF') return;
  onTrouble(`The answer to ${verb} could not be sent (${code ?? String(cause)}).`);
}
