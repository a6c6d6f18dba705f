/** Every limit of the sockets in one place: sizes, queues, heartbeats and time-outs. */
import { PEER_MESSAGE_BYTES_MAX, REQUESTS_IN_FLIGHT_MAX } from '@iwanto/wire';

/** The largest message on the local bus, in bytes (HOSTILE 27). */
export const BUS_MESSAGE_BYTES_MAX = 1_048_576;

/**
 * The largest body of a question or an answer, in bytes: a message that is too large does not fail, it ends
 * the line permanently. Leaves space for what encryption adds.
 */
export const BODY_BYTES_MAX = Math.min(BUS_MESSAGE_BYTES_MAX, PEER_MESSAGE_BYTES_MAX) - 1_024;

/** The most values in one message: a quarter as many as it has bytes, and more than the largest answer holds (HOSTILE 167). */
export const BODY_VALUES_MAX = 262_144;

/** Waiting messages a socket may hold for one other side, in messages: ZeroMQ counts no bytes. */
const QUEUE_MESSAGES_MAX = 256;

/** Questions that may wait or be processed at the same time: per line, per address, and in total. */
export const QUESTIONS_OPEN_PER_LINE_MAX = 64;
export const QUESTIONS_OPEN_PER_ADDRESS_MAX = 256;
export const QUESTIONS_OPEN_MAX = 1_024;

/** Answers that a line may leave unread before it is given more, in bytes. */
export const UNREAD_BYTES_TO_ANSWER_MAX = 2_097_152;

/** Bytes of a verb's name and of a question's id. */
export const VERB_BYTES_MAX = 64;

const MEBIBYTE = 1_048_576;

/** Lines from other hosts at the same time, of each service: in total, per address and per key. Data lines likewise. */
export const LINES_MAX = 256;
export const LINES_PER_ADDRESS_MAX = 64;
export const LINES_PER_KEY_MAX = 32;

/** New lines that one address may open within this window, in ms. */
export const LINES_PER_WINDOW_MAX = 200;
export const LINES_WINDOW_MS = 10_000;

/** How much unread input all lines together, and those of one address, may hold, in bytes. */
export const UNTAKEN_BYTES_MAX = 128 * MEBIBYTE;
export const UNTAKEN_BYTES_PER_ADDRESS_MAX = 32 * MEBIBYTE;

/** Answers that may be left unread, per line, per address and in total, in bytes. */
export const UNREAD_BYTES_PER_LINE_MAX = 8 * MEBIBYTE;
export const UNREAD_BYTES_PER_ADDRESS_MAX = 32 * MEBIBYTE;
export const UNREAD_BYTES_MAX = 128 * MEBIBYTE;

/** Uploads being read, sealed and sent at the same time, in bytes: for all askers, for those of one address, and for one. */
export const UPLOAD_BYTES_MAX = 64 * MEBIBYTE;
export const UPLOAD_BYTES_PER_ADDRESS_MAX = 16 * MEBIBYTE;
export const UPLOAD_BYTES_PER_ASKER_MAX = 4 * MEBIBYTE;
/** The same for all with what is kept for addresses that have nothing in work: askers that hardly read keep nobody waiting. */
export const UPLOAD_BYTES_WITH_RESERVE_MAX = 128 * MEBIBYTE;

/** How long a caller waits for the other side's socket to exist at all. */
export const CONNECT_LIMIT_MS = 800;

/** The same if somebody is known to listen but the machine is busy. */
export const BUSY_LIMIT_MS = 3_000;

/** How long a line to another host may take until its handshake is done. */
export const PEER_CONNECT_LIMIT_MS = 3_000;

const sending = { sendHighWaterMark: QUEUE_MESSAGES_MAX } as const;
const receiving = { receiveHighWaterMark: QUEUE_MESSAGES_MAX } as const;

const everywhere = {
  /** A silent connection is closed instead of held (HOSTILE 33). */
  handshakeInterval: 2_000,
  /** A last answer may still leave while the process ends. */
  linger: 200,
} as const;

/** Options of each socket on the local bus. */
const localSocket = { ...everywhere, maxMessageSize: BUS_MESSAGE_BYTES_MAX } as const;
export const busSocket = { ...localSocket, ...sending, ...receiving } as const;

/** Options of the one-way sockets for news; a listener that lags loses news instead of slowing the publisher. */
export const tellerSocket = { ...localSocket, ...sending, sendTimeout: 0 } as const;
export const listenerSocket = {
  ...localSocket,
  ...receiving,
  reconnectInterval: 50,
  reconnectMaxInterval: 1_000,
} as const;

/** Options of each socket between hosts; heartbeats distinguish a dead line from a quiet one. */
const lanSocket = {
  ...everywhere,
  ...sending,
  ...receiving,
  ipv6: true,
  heartbeatInterval: 5_000,
  heartbeatTimeout: 15_000,
  heartbeatTimeToLive: 15_000,
  tcpMaxRetransmitTimeout: 15_000,
} as const;

/** Between indexers. A leader that dies silently is noticed by the election, long before any heartbeat. */
export const peerSocket = { ...lanSocket, maxMessageSize: PEER_MESSAGE_BYTES_MAX } as const;

/**
 * Between transfer services: requests, refusals and the grant of a data line, all small. What is large
 * goes over the data line, so that nobody can make this queue grow.
 */
export const pieceSocket = {
  ...lanSocket,
  maxMessageSize: 1_024,
  sendHighWaterMark: 4 * REQUESTS_IN_FLIGHT_MAX,
} as const;

/**
 * A ROUTER behind its gate: it sends no heartbeats, because they keep nobody alive who does not send its own, and never
 * calls again when a line has ended.
 */
const gated = { heartbeatInterval: 0, reconnectInterval: -1 } as const;
export const gatedPeerSocket = { ...peerSocket, ...gated } as const;
export const gatedPieceSocket = { ...pieceSocket, ...gated } as const;

/** How much unread data one line may hold, in bytes: a whole message and more. */
export const PEER_UNTAKEN_BYTES_MAX = 2 * PEER_MESSAGE_BYTES_MAX;
export const PIECE_UNTAKEN_BYTES_MAX = 131_072;

/** An asker waits for a real connection before it queues anything, and tries again within a second. */
export const askerSocket = {
  immediate: true,
  sendTimeout: 1_000,
  reconnectInterval: 50,
  reconnectMaxInterval: 1_000,
} as const;

/** On one host a service that is back must be found well within CONNECT_LIMIT_MS. */
export const busAskerSocket = { ...askerSocket, reconnectMaxInterval: 250 } as const;

/**
 * An answerer never waits for a slow asker: `mandatory` turns a silent drop into an error,
 * and a time-out of 0 turns waiting into an error too.
 */
export const answererSocket = { mandatory: true, sendTimeout: 0 } as const;
