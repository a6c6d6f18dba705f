/** The line between two transfer services: requests over CURVE, pulled with credit; bytes over a sealed stream beside it. */
import {
  type PeerId,
  type PieceAnswer,
  type PieceRequest,
  type PublicKey,
  type Way,
  decodeDataGrant,
  decodePieceAnswer,
  encodePieceRequests,
} from '@iwanto/wire';
import { Dealer, Router } from 'zeromq';
import { DataDoor } from './data-door.js';
import { DataLine } from './data-line.js';
import {
  PIECE_UNTAKEN_BYTES_MAX,
  answererSocket,
  askerSocket,
  gatedPieceSocket,
  pieceSocket,
} from './limits.js';
import { DialTickets } from './dial-tickets.js';
import { mustHave } from './in-force.js';
import { HeldRequests } from './held-requests.js';
import { LineDial } from './line-dial.js';
import { LineGate } from './line-gate.js';
import { type CurveKeys, type ListenOptions, curveClient, curveServer } from './listen.js';
import { Outbox } from './outbox.js';
import type { OpenPort } from './peer-line.js';
import { type Detours, type DialAsked, dialBack } from './reach.js';
import type { Splices } from './splices.js';
import { PieceServer, type PieceServing } from './piece-server.js';
import { noTrouble } from './trouble.js';
import { messages } from './turns.js';
import { openDoor } from './zap.js';

export type { PieceReply } from './piece-server.js';

export interface PieceServerOptions extends ListenOptions, Partial<PieceServing> {
  readonly answer: PieceServing['answer'];
  /** Receives the connections that other hosts were asked to open; none is asked for when left out. */
  readonly tickets?: DialTickets;
  /** Receives the connections that this host relays for others; none if it is left out. */
  readonly splices?: Splices;
}

/** The two connections that a piece line consists of. */
export type PieceConnection = 'transfer' | 'data';

export interface PiecePort extends OpenPort {
  /** Where data lines are accepted. */
  readonly dataPort: number;
  /** Opens a connection to a host that asked for it, and serves it there; rejects if it cannot be dialled. */
  dialBack(asked: DialAsked, line: PieceConnection): Promise<void>;
}

/** Serves pieces to other hosts. Malformed requests are dropped and logged; a flooding asker is refused with `busy`. */
export async function servePieces(options: PieceServerOptions): Promise<PiecePort> {
  const { onTrouble = noTrouble, rank = () => 0, answer, addresses } = options;
  const { tickets = new DialTickets(), splices } = options;
  const closeDoor = await openDoor(onTrouble);
  const socket = new Router({
    ...gatedPieceSocket,
    ...answererSocket,
    ...curveServer(options.keys),
  });
  const router = mustHave(socket, { ...gatedPieceSocket, curveServer: true });
  const gate = await LineGate.open(router, {
    ...options,
    onTrouble,
    untakenBytesMax: PIECE_UNTAKEN_BYTES_MAX,
    redeem: (ticket, socket) =>
      tickets.redeem(ticket, socket) || splices?.redeem(ticket, socket) === true,
  });
  const door = await DataDoor.open({
    port: options.port === 0 ? 0 : gate.port + 1,
    onTrouble,
    ...(addresses && { addresses }),
  });
  const server = new PieceServer(gate, door, { answer, rank, onTrouble });
  const serving = server.serve();
  return {
    port: gate.port,
    get dataPort() {
      return door.port;
    },
    dialBack: async (asked, line) => {
      const socket = await dialBack(asked);
      if (line === 'data') door.adopt(socket);
      else gate.adopt(socket);
    },
    close: async () => {
      tickets.close();
      splices?.close();
      await gate.close();
      server.close();
      await door.close();
      await serving;
      await closeDoor();
    },
  };
}

/** Why a line broke; `forged`: something was received that the other end did not seal. */
export type PieceLost = 'broken' | 'forged';

export interface PieceLineOptions {
  readonly address: string;
  readonly port: number;
  readonly serverKey: PublicKey;
  readonly keys: CurveKeys;
  /** Who asks: sent to the uploader, so that peers fetching the same content learn of each other. */
  readonly self: PeerId;
  /** For when the other host cannot be dialled. */
  readonly detours?: Detours | undefined;
  /** The bytes of an answer are valid until this returns. */
  readonly onAnswer: (answer: PieceAnswer) => void;
  /** The line broke: open requests will not be answered. */
  readonly onLost: (why: PieceLost) => void;
  /** The other host proved its key: requests may go out. What is answered waits there for the data line. */
  readonly onGreeted?: () => void;
  /** Both lines are up. */
  readonly onReady?: () => void;
}

const ROOT_CHARACTERS = 64;

/** Asks one other host for pieces. */
export interface PieceLine {
  /** Sends a request, together with the next ones if it may wait. Ids are the caller's, above 0; an id may be reused only after its answer. */
  request(request: PieceRequest): void;
  /** The way the bytes take, or will probably take while only the control line is up; undefined before that. */
  readonly way: Way | undefined;
  /** Where the data line goes; undefined before the other host named it. */
  readonly dataPort: number | undefined;
  close(): void;
}

/** A line to another host's transfer service; ready once its data line is. */
export function connectPieces(options: PieceLineOptions): PieceLine {
  return new AskingLine(options);
}

/** The id of the request for the data line, the only one that no caller uses. */
const LINE_REQUEST_ID = 0;

/** The request for the data line names who asks, not a content. */
const lineRequest = (self: PeerId): PieceRequest => ({
  ask: 'line',
  requestId: LINE_REQUEST_ID,
  root: self.padEnd(ROOT_CHARACTERS, '0') as PieceRequest['root'],
  ...{ first: 0, count: 1 },
});

class AskingLine implements PieceLine {
  readonly #dealer: Dealer;
  readonly #dial: LineDial;
  readonly #outbox: Outbox;
  readonly #open = new Map<number, PieceRequest>();
  readonly #held = new HeldRequests();
  #data: DataLine | undefined;
  #isClosed = false;

  constructor(private readonly options: PieceLineOptions) {
    this.#dealer = new Dealer({
      ...pieceSocket,
      ...askerSocket,
      ...curveClient(options.keys, options.serverKey),
      linger: 0,
    });
    this.#outbox = new Outbox(this.#dealer);
    this.#dealer.events.on('handshake', () => {
      this.#send([lineRequest(options.self)]);
      options.onGreeted?.();
    });
    this.#dealer.events.on('disconnect', () => this.#lose('broken'));
    const { address, port, detours } = options;
    const untakenBytesMax = PIECE_UNTAKEN_BYTES_MAX;
    this.#dial = new LineDial(this.#dealer, {
      ...{ address, port, line: 'transfer', untakenBytesMax, detours },
    });
    void this.#receive();
  }

  get way(): Way | undefined {
    return this.#data?.way ?? this.#dial.way;
  }

  get dataPort(): number | undefined {
    return this.#data?.port;
  }

  request(request: PieceRequest): void {
    this.#open.set(request.requestId, request);
    this.#send(this.#held.add(request));
  }

  #send(requests: readonly PieceRequest[]): void {
    if (requests.length === 0 || this.#isClosed) return;
    this.#outbox.send([encodePieceRequests(requests)]).catch(() => this.#lose('broken'));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#data?.close();
    this.#dealer.close();
    this.#dial.close();
  }

  async #receive(): Promise<void> {
    for await (const frames of messages(this.#dealer)) {
      this.#dial.taken(frames);
      const [head, body, ...rest] = frames;
      const answer = head && body && rest.length === 0 ? decodePieceAnswer(head, body) : undefined;
      if (!answer || !this.#take(answer)) return this.#lose('broken');
    }
  }

  /** False if that is not an answer this line may carry. */
  #take(answer: PieceAnswer): boolean {
    if (answer.requestId === LINE_REQUEST_ID) return this.#openData(answer);
    if (answer.type !== 'refused') return false;
    this.#answered(answer);
    return true;
  }

  /** The caller may ask for more first: that leaves together with what was held. */
  #answered(answer: PieceAnswer): void {
    this.#open.delete(answer.requestId);
    this.options.onAnswer(answer);
    this.#send(this.#held.answered(answer.requestId));
  }

  #openData(answer: PieceAnswer): boolean {
    const grant = answer.type === 'data' ? decodeDataGrant(answer.body) : undefined;
    if (!grant || this.#data || this.#isClosed) return false;
    this.#data = new DataLine({
      address: this.options.address,
      grant,
      detours: this.options.detours,
      last: this.#dial.way,
      requestOf: (requestId) => this.#open.get(requestId),
      onReady: () => this.options.onReady?.(),
      onBody: (requestId, body) => this.#answered({ type: 'data', requestId, body }),
      onLost: (why) => this.#lose(why),
    });
    return true;
  }

  #lose(why: PieceLost): void {
    if (this.#isClosed) return;
    this.close();
    this.options.onLost(why);
  }
}
