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
import { type AnsweringSocket, lineNowOf } from './answer.js';
import type { DataDoor, ServedLine } from './data-door.js';
import { isKnownPeer } from './door-list.js';
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
  /** Who proved its key; of somebody whom the election does not know, its own claim. */
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
  readonly #granted = new Map<string, () => void>();

  constructor(
    private readonly socket: AnsweringSocket,
    private readonly door: Pick<DataDoor, 'grant'>,
    private readonly serving: PieceServing,
  ) {
    this.#outbox = new Outbox(socket);
    this.#queue = new UploadQueue(serving.rank, (asker) => lineNowOf(socket, asker));
    socket.onGone?.((asker) => this.#gone(asker));
  }

  /** Resolves when the socket is closed. */
  async serve(): Promise<void> {
    for await (const frames of messages(this.socket)) {
      this.socket.taken?.(frames);
      const [asker, frame, ...rest] = frames;
      const requests = frame && rest.length === 0 ? decodePieceRequests(frame) : undefined;
      if (asker && requests) this.#takeAll(asker.toString('latin1'), requests);
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

  /** One grant waits for each line, so that nobody can use up all of them (HOSTILE 201). */
  #grant(asker: string, request: PieceRequest): void {
    const peer = this.#peerOf(asker, request.root.slice(0, PEER_ID_CHARACTERS) as PeerId);
    if (!peer) return this.#refuse(asker, request, 'unexpected');
    this.#granted.get(asker)?.();
    const granted = this.door.grant(
      (line) => this.#opened(asker, line, peer),
      () => this.#expired(asker),
    );
    if (!granted) {
      this.#expired(asker);
      return this.#refuse(asker, request, 'busy');
    }
    this.#granted.set(asker, granted.withdraw);
    if (!this.#lines.has(asker) && !this.#early.has(asker)) this.#early.set(asker, []);
    this.#control(asker, { type: 'data', requestId: request.requestId, body: granted.body });
  }

  /** Nobody is taken for a peer whose key it has not proved (HOSTILE 202). */
  #peerOf(asker: string, claimed: PeerId): PeerId | undefined {
    const proved = this.socket.peerOf?.(asker);
    return proved ?? (isKnownPeer(claimed) ? undefined : claimed);
  }

  #opened(asker: string, line: ServedLine, peer: PeerId): void {
    this.#granted.delete(asker);
    this.#lines.get(asker)?.line.close();
    this.#lines.set(asker, { line, peer });
    this.#queue.open(asker);
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
    this.#granted.delete(asker);
    for (const request of this.#takeEarly(asker)) this.#refuseEarly(asker, request);
  }

  #takeEarly(asker: string): readonly PieceRequest[] {
    const early = this.#early.get(asker) ?? [];
    this.#early.delete(asker);
    return early;
  }

  #gone(asker: string): void {
    this.#granted.get(asker)?.();
    this.#granted.delete(asker);
    this.#early.delete(asker);
    this.#inFlight.forget(asker);
    this.#lines.get(asker)?.line.close();
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
    const frames = [Buffer.from(asker, 'latin1'), ...encodePieceAnswer(answer)];
    this.#outbox.send(frames).catch((cause: unknown) => this.#tellUnlessGone(cause));
  }

  #tellUnlessGone(cause: unknown): void {
    if (isGone(cause)) return;
    this.serving.onTrouble(`An answer to a piece request could not be sent: ${reasonOf(cause)}.`);
  }
}
