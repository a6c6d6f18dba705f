/** The uploader's side of piece lines: receives requests, starts answers as memory allows, sends them. */
import {
  PEER_ID_CHARACTERS,
  type PeerId,
  type PieceAnswer,
  type PieceRequest,
  REQUESTS_IN_FLIGHT_MAX,
  type Refusal,
  decodePieceRequests,
  encodePieceAnswer,
  reasonOf,
} from '@iwanto/wire';
import type { AnsweringSocket } from './answer.js';
import type { DataDoor, ServedLine } from './data-door.js';
import { InWork } from './in-work.js';
import { OutgoingFrame } from './outgoing-frame.js';
import { Outbox } from './outbox.js';
import { type OnTrouble, isGone } from './trouble.js';
import { messages } from './turns.js';
import { type Started, UploadQueue } from './upload-queue.js';

/** What an uploader returns: bytes, possibly already inside their frame, or a reason. */
export type PieceReply =
  | { readonly type: 'data'; readonly body: Uint8Array; readonly frame?: OutgoingFrame }
  | { readonly type: 'refused'; readonly reason: Refusal };

/** One connection. */
export interface PieceAsker {
  readonly name: string;
  /** Who it claims to be: a hint, never a proof. */
  readonly peer: PeerId;
}

export interface PieceServing {
  /** Called for each request once its answer fits the limits. */
  readonly answer: (request: PieceRequest, asker: PieceAsker) => Promise<PieceReply>;
  /** Among the requests of one asker the lowest is answered first. */
  readonly rank: (request: PieceRequest) => number;
  readonly onTrouble: OnTrouble;
}

export class PieceServer {
  readonly #outbox: Outbox;
  readonly #inFlight = new InWork();
  readonly #queue: UploadQueue;
  readonly #lines = new Map<string, { readonly line: ServedLine; readonly peer: PeerId }>();
  /** Requests of askers that were granted a data line and are opening it: bounded by what may be in flight. */
  readonly #early = new Map<string, PieceRequest[]>();

  constructor(
    private readonly socket: AnsweringSocket,
    private readonly door: Pick<DataDoor, 'grant'>,
    private readonly serving: PieceServing,
  ) {
    this.#outbox = new Outbox(socket);
    this.#queue = new UploadQueue(serving.rank);
  }

  /** Resolves when the socket is closed. */
  async serve(): Promise<void> {
    for await (const frames of messages(this.socket)) {
      this.socket.taken?.(frames);
      const [asker, frame, ...rest] = frames;
      const requests = frame && rest.length === 0 ? decodePieceRequests(frame) : undefined;
      if (asker && requests) this.#takeAll(asker.toString('hex'), requests);
      else {
        this.serving.onTrouble(
          'A piece request was dropped: it is not one frame of the form that docs/wire.md defines.',
        );
      }
    }
  }

  close(): void {
    for (const { line } of this.#lines.values()) line.close();
  }

  #takeAll(asker: string, requests: readonly PieceRequest[]): void {
    for (const request of requests) this.#take(asker, request);
  }

  #take(asker: string, request: PieceRequest): void {
    if (request.ask === 'line') return this.#grant(asker, request);
    if (this.#inFlight.begin(asker) >= REQUESTS_IN_FLIGHT_MAX) {
      this.#inFlight.end(asker);
      return this.#refuse(asker, request, 'busy');
    }
    if (this.#queue.add(asker, request)) return this.#startAll();
    const early = this.#early.get(asker);
    if (early) early.push(request);
    else this.#refuseEarly(asker, request);
  }

  /** Without a data line no answer can be sent. */
  #refuseEarly(asker: string, request: PieceRequest): void {
    this.#inFlight.end(asker);
    this.#refuse(asker, request, 'unexpected');
  }

  #grant(asker: string, { requestId, root }: PieceRequest): void {
    const peer = root.slice(0, PEER_ID_CHARACTERS) as PeerId;
    const body = this.door.grant(
      (line) => this.#opened(asker, line, peer),
      () => this.#expired(asker),
    );
    if (body && !this.#lines.has(asker) && !this.#early.has(asker)) this.#early.set(asker, []);
    const answer: PieceAnswer = body
      ? { type: 'data', requestId, body }
      : { type: 'refused', requestId, reason: 'busy' };
    this.#control(asker, answer);
  }

  #opened(asker: string, line: ServedLine, peer: PeerId): void {
    this.#lines.get(asker)?.line.close();
    this.#lines.set(asker, { line, peer });
    this.#queue.open(asker, line.address);
    line.onClose(() => {
      if (this.#lines.get(asker)?.line !== line) return;
      this.#lines.delete(asker);
      this.#queue.close(asker);
      this.#inFlight.forget(asker);
    });
    for (const request of this.#takeEarly(asker)) this.#queue.add(asker, request);
    this.#startAll();
  }

  /** The data line was not opened in time. */
  #expired(asker: string): void {
    for (const request of this.#takeEarly(asker)) this.#refuseEarly(asker, request);
  }

  #takeEarly(asker: string): readonly PieceRequest[] {
    const early = this.#early.get(asker) ?? [];
    this.#early.delete(asker);
    return early;
  }

  #startAll(): void {
    for (let next = this.#queue.start(); next; next = this.#queue.start()) void this.#work(next);
  }

  async #work(started: Started): Promise<void> {
    const { asker, request } = started;
    const open = this.#lines.get(asker);
    const reply: PieceReply = open
      ? await this.serving.answer(request, { name: asker, peer: open.peer })
      : { type: 'refused', reason: 'unexpected' };
    if (reply.type === 'refused') this.#refuse(asker, request, reply.reason);
    else await open?.line.send(request, reply.frame ?? OutgoingFrame.of(reply.body));
    this.#inFlight.end(asker);
    this.#queue.end(started);
    this.#startAll();
  }

  #refuse(asker: string, { requestId }: PieceRequest, reason: Refusal): void {
    this.#control(asker, { type: 'refused', requestId, reason });
  }

  #control(asker: string, answer: PieceAnswer): void {
    const frames = [Buffer.from(asker, 'hex'), ...encodePieceAnswer(answer)];
    this.#outbox.send(frames).catch((cause: unknown) => this.#tellUnlessGone(cause));
  }

  #tellUnlessGone(cause: unknown): void {
    if (isGone(cause)) return;
    this.serving.onTrouble(`An answer to a piece request could not be sent: ${reasonOf(cause)}.`);
  }
}
