/**
 * The question to open a connection, and what that connection begins with: a ticket which shows what it is for.
 * Everything after it is what the other direction would have carried.
 */
import type { ElectionHeader } from './election-messages.js';
import { hexOf } from './hex.js';
import type { PeerId, Ticket } from './ids.js';

/** The connections that a host may be asked to open. */
export const DIALLED_LINES = ['indexer', 'transfer', 'data'] as const;
export type DialledLine = (typeof DIALLED_LINES)[number];

/** "Open a connection to me, as I cannot open one to you": to the asked peer, and via the leader, which forwards it. */
export interface DialMessage extends ElectionHeader {
  readonly type: 'dial';
  /** Who is asked. */
  readonly callee: PeerId;
  /** Who asks, and has to be dialled. */
  readonly caller: PeerId;
  readonly line: DialledLine;
  /** What the connection begins with, as hex, so that the caller knows what it is for. */
  readonly ticket: Ticket;
}

/**
 * "Let a connection between these two pass through the relay": from the one that asks to the relay, and where that
 * agrees, from it to both ends, which dial it; each also over the leader, which passes it on.
 */
export interface BridgeMessage extends ElectionHeader {
  readonly type: 'bridge';
  readonly relay: PeerId;
  /** Whose port the connection would have gone to. */
  readonly callee: PeerId;
  /** Who asks. */
  readonly caller: PeerId;
  readonly line: DialledLine;
  /** The ticket that both ends show to the relay. */
  readonly ticket: Ticket;
}

/** Not the 0xff that ZMTP begins with, so that both can come in at one port. */
const MAGIC = [0x69, 0x57, 0x64, 0x01];
export const TICKET_BYTES = 16;
export const DIAL_HELLO_BYTES = MAGIC.length + TICKET_BYTES;
/** The first byte of ZMTP's greeting. */
const ZMTP_FIRST = 0xff;

export const encodeDialHello = (ticket: Uint8Array): Uint8Array =>
  Uint8Array.from([...MAGIC, ...ticket]);

export type Beginning =
  | { readonly kind: 'zmtp' | 'more' | 'nonsense' }
  | { readonly kind: 'dialled'; readonly ticket: string };

/** What the first bytes of a connection are; `more` while that is still undecided. */
export function beginningOf(bytes: Uint8Array): Beginning {
  if (bytes.length === 0) return { kind: 'more' };
  if (bytes[0] === ZMTP_FIRST) return { kind: 'zmtp' };
  const isOurs = MAGIC.every((byte, at) => at >= bytes.length || bytes[at] === byte);
  if (!isOurs) return { kind: 'nonsense' };
  if (bytes.length < DIAL_HELLO_BYTES) return { kind: 'more' };
  return { kind: 'dialled', ticket: hexOf(bytes.subarray(MAGIC.length, DIAL_HELLO_BYTES)) };
}
