/** The line between two transfer services: piece frames over CURVE, pulled with credit, never pushed. */
import {
  type PieceAnswer,
  type PieceRequest,
  type PublicKey,
  REQUESTS_IN_FLIGHT_MAX,
  type Refusal,
  decodePieceAnswer,
  decodePieceRequest,
  encodePieceAnswer,
  encodePieceRequest,
} from '@iwanto/wire';
import { Dealer, Router } from 'zeromq';
import { InWork } from './in-work.js';
import { answererSocket, askerSocket, pieceSocket } from './limits.js';
import {
  type CurveKeys,
  type ListenOptions,
  curveClient,
  curveServer,
  listen,
  tcp,
} from './listen.js';
import { Outbox } from './outbox.js';
import type { OpenPort } from './peer-line.js';
import { type OnTrouble, noTrouble } from './trouble.js';
import { openDoor } from './zap.js';

/** What an uploader gives: a fresh buffer that nobody writes again, or a reason. */
export type PieceReply =
  | { readonly type: 'data'; readonly body: Uint8Array }
  | { readonly type: 'refused'; readonly reason: Refusal };

export interface PieceServerOptions extends ListenOptions {
  /** Called for each request; `asker` stays the same for one connection. */
  readonly answer: (request: PieceRequest, asker: string) => Promise<PieceReply>;
  readonly onTrouble?: OnTrouble;
}

/** Serves pieces to other hosts. Malformed requests are dropped and told; a flooding asker is refused `busy`. */
export async function servePieces(options: PieceServerOptions): Promise<OpenPort> {
  const onTrouble = options.onTrouble ?? noTrouble;
  const closeDoor = await openDoor(onTrouble);
  const router = new Router({ ...pieceSocket, ...answererSocket, ...curveServer(options.keys) });
  const port = await listen(router, options);
  const serving = serve(router, options.answer, onTrouble);
  return {
    port,
    close: async () => {
      router.close();
      await serving;
      await closeDoor();
    },
  };
}

async function serve(
  router: Router,
  answer: PieceServerOptions['answer'],
  onTrouble: OnTrouble,
): Promise<void> {
  const outbox = new Outbox(router);
  const inFlight = new InWork();
  for await (const [asker, frame, ...rest] of router) {
    const request = frame && rest.length === 0 ? decodePieceRequest(frame) : undefined;
    if (!asker || !request) {
      onTrouble('A piece request was dropped: it is not one frame of the form docs/wire.md gives.');
      continue;
    }
    const name = asker.toString('hex');
    const full = inFlight.begin(name) >= REQUESTS_IN_FLIGHT_MAX;
    void replyTo(request, name, { answer, full })
      .then((reply) => outbox.send([asker, ...encodePieceAnswer(reply)]))
      .catch((cause: unknown) => tellUnlessGone(cause, onTrouble))
      .finally(() => inFlight.end(name));
  }
}

async function replyTo(
  request: PieceRequest,
  asker: string,
  { answer, full }: { answer: PieceServerOptions['answer']; full: boolean },
): Promise<PieceAnswer> {
  const { requestId } = request;
  if (full) return { requestId, type: 'refused', reason: 'busy' };
  const reply = await answer(request, asker);
  return { requestId, ...reply };
}

function tellUnlessGone(cause: unknown, onTrouble: OnTrouble): void {
  const code = (cause as { code?: string }).code;
  if (code !== 'EHOSTUNREACH' && code !== 'EBADF') {
    onTrouble(
      `A piece could not be sent: ${cause instanceof Error ? cause.message : String(cause)}.`,
    );
  }
}

export interface PieceLineOptions {
  readonly address: string;
  readonly port: number;
  readonly serverKey: PublicKey;
  readonly keys: CurveKeys;
  readonly onAnswer: (answer: PieceAnswer) => void;
  /** The line broke: what was asked and not answered will not be answered. */
  readonly onLost: () => void;
  /** The handshake is done and requests go out. */
  readonly onReady?: () => void;
}

/** Asks one other host for pieces. */
export interface PieceLine {
  /** Sends a request once the line is up; rejects when it is not up within the send limit. */
  request(request: PieceRequest): Promise<void>;
  close(): void;
}

/** A line to another host's transfer service; connects in the background and reconnects by itself. */
export function connectPieces(options: PieceLineOptions): PieceLine {
  const dealer = new Dealer({
    ...pieceSocket,
    ...askerSocket,
    ...curveClient(options.keys, options.serverKey),
    linger: 0,
  });
  const outbox = new Outbox(dealer);
  dealer.events.on('handshake', () => options.onReady?.());
  dealer.events.on('disconnect', () => options.onLost());
  dealer.connect(tcp(options.address, options.port));
  void receive(dealer, options);
  return {
    request: (request) => outbox.send([encodePieceRequest(request)]),
    close: () => dealer.close(),
  };
}

async function receive(dealer: Dealer, { onAnswer, onLost }: PieceLineOptions): Promise<void> {
  for await (const [head, body, ...rest] of dealer) {
    const answer = head && body && rest.length === 0 ? decodePieceAnswer(head, body) : undefined;
    if (answer) {
      onAnswer(answer);
      continue;
    }
    onLost();
    dealer.close();
    return;
  }
}
