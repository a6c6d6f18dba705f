/** The line between the indexers of two hosts: the peer verbs over CURVE. */
import {
  type AnswerOf,
  FAILURE_CODES,
  Failure,
  type PeerVerbs,
  type PublicKey,
  type QuestionOf,
  type Way,
  endpointText,
  peerVerbs,
} from '@iwanto/wire';
import { Dealer, Router } from 'zeromq';
import { type Handlers, answerVerbs } from './answer.js';
import { Asker } from './ask.js';
import {
  PEER_CONNECT_LIMIT_MS,
  PEER_UNTAKEN_BYTES_MAX,
  answererSocket,
  askerSocket,
  gatedPeerSocket,
  peerSocket,
} from './limits.js';
import { DialTickets } from './dial-tickets.js';
import { mustHave } from './in-force.js';
import { LineDial } from './line-dial.js';
import { LineGate } from './line-gate.js';
import { type CurveKeys, type ListenOptions, curveClient, curveServer } from './listen.js';
import { type Detours, type DialAsked, dialBack } from './reach.js';
import { type OnTrouble, noTrouble } from './trouble.js';
import { openDoor } from './zap.js';

/** Something that listens for other hosts. */
export interface OpenPort {
  readonly port: number;
  close(): Promise<void>;
}

export interface PeerPort extends OpenPort {
  /** Opens a connection to a host that asked for it, and answers over it; rejects if it cannot be dialled. */
  dialBack(asked: DialAsked): Promise<void>;
}

export interface PeerServerOptions extends ListenOptions {
  readonly handlers: Handlers<PeerVerbs>;
  readonly onTrouble?: OnTrouble;
  /** Receives the connections that other hosts were asked to open; none is asked for when left out. */
  readonly tickets?: DialTickets;
}

/** Answers the peer verbs of other hosts. */
export async function servePeerVerbs(options: PeerServerOptions): Promise<PeerPort> {
  const { handlers, onTrouble = noTrouble, tickets = new DialTickets() } = options;
  const closeDoor = await openDoor(onTrouble);
  const socket = new Router({
    ...gatedPeerSocket,
    ...answererSocket,
    ...curveServer(options.keys),
  });
  const router = mustHave(socket, { ...gatedPeerSocket, curveServer: true });
  const gate = await LineGate.open(router, {
    ...options,
    onTrouble,
    untakenBytesMax: PEER_UNTAKEN_BYTES_MAX,
    redeem: (ticket, socket) => tickets.redeem(ticket, socket),
  });
  const answering = answerVerbs(gate, { table: peerVerbs, handlers, onTrouble });
  return {
    port: gate.port,
    dialBack: async (asked) => gate.adopt(await dialBack(asked)),
    close: async () => {
      tickets.close();
      await gate.close();
      await answering;
      await closeDoor();
    },
  };
}

export interface PeerLineOptions {
  readonly address: string;
  readonly port: number;
  /** The CURVE key from the peer's signed beacon: nobody else can answer. */
  readonly serverKey: PublicKey;
  readonly keys: CurveKeys;
  /** For when the other host cannot be dialled. */
  readonly detours?: Detours | undefined;
  /** Called with the way by which each connection was made, or with none. */
  readonly onWay?: (way: Way | undefined) => void;
  /** Called each time an established line breaks; it reconnects by itself. */
  readonly onLost?: () => void;
}

/** Asks one other host. */
export interface PeerLine {
  readonly connected: boolean;
  call<V extends keyof PeerVerbs>(
    verb: V,
    question: QuestionOf<PeerVerbs, V>,
    options?: { limitMs?: number | undefined },
  ): Promise<AnswerOf<PeerVerbs, V>>;
  close(): void;
}

/**
 * A line to another host's indexer. It connects in the background; a broken one is made again, because
 * ZeroMQ gives up permanently if the other side broke a rule, such as the size of a message.
 */
export function connectPeer(options: PeerLineOptions): PeerLine {
  let isClosed = false;
  let asker = connectOnce(options, onLost);
  function onLost(): void {
    if (isClosed) return;
    asker.close();
    asker = connectOnce(options, onLost);
    options.onLost?.();
  }
  return {
    get connected() {
      return asker.connected;
    },
    call: (verb, question, limits) => asker.ask(verb, question, limits?.limitMs),
    close: () => {
      isClosed = true;
      asker.close();
    },
  };
}

function connectOnce(options: PeerLineOptions, onLost: () => void): Asker<PeerVerbs> {
  const { address, port, keys, serverKey, detours, onWay } = options;
  const dealer = new Dealer({
    ...peerSocket,
    ...askerSocket,
    ...curveClient(keys, serverKey),
    linger: 0,
  });
  const whom = `The peer at ${endpointText(address, port)}`;
  const asker = new Asker<PeerVerbs>(dealer, {
    table: peerVerbs,
    whom,
    // The sentence of another host is never shown as one of this program (HOSTILE 121).
    refused: (code, verb) => new Failure(code, `${whom} refused "${verb}": ${FAILURE_CODES[code]}`),
    connectLimitMs: PEER_CONNECT_LIMIT_MS,
    advice: 'it may have left, or a firewall may be in between',
    onLost,
    onTaken: (frames) => dial.taken(frames),
    onClosed: () => dial.close(),
  });
  const dial = new LineDial(dealer, {
    ...{ address, port, line: 'indexer', detours, onWay },
    untakenBytesMax: PEER_UNTAKEN_BYTES_MAX,
  });
  return asker;
}
