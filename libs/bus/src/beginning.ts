/** Reads the first bytes of a connection, and puts back those that belong to what follows. */
import type { Socket } from 'node:net';
import { DIAL_HELLO_BYTES, beginningOf } from '@iwanto/wire';

/** A connection that sends nothing for this long is closed, in ms; ZeroMQ and our own hosts send immediately. */
const SILENT_LIMIT_MS = 2_000;

export interface BeginningHeard {
  /** ZMTP's greeting: nothing was consumed. */
  readonly zmtp: () => void;
  /** This host asked for the connection with that ticket, or the ticket is made up. */
  readonly dialled: (ticket: string) => void;
  /** It ended, or sent something else, and is closed. */
  readonly lost: () => void;
}

/** Calls one of the three, once. The socket must not have been read from. */
export function hearBeginning(socket: Socket, heard: BeginningHeard): void {
  let bytes = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), SILENT_LIMIT_MS);
  const settle = () => {
    clearTimeout(timer);
    socket.off('readable', look).off('close', lose);
  };
  const lose = () => {
    settle();
    heard.lost();
  };
  const goOn = (from: number, next: () => void) => {
    settle();
    if (bytes.length > from) socket.unshift(bytes.subarray(from));
    next();
  };
  function look(): void {
    bytes = Buffer.concat([bytes, (socket.read() as Buffer | null) ?? Buffer.alloc(0)]);
    const beginning = beginningOf(bytes);
    if (beginning.kind === 'zmtp') goOn(0, heard.zmtp);
    else if (beginning.kind === 'dialled')
      goOn(DIAL_HELLO_BYTES, () => heard.dialled(beginning.ticket));
    else if (beginning.kind === 'nonsense' || socket.readableEnded) socket.destroy();
  }
  // An error is followed by its close. This listener stays: the next owner of the socket listens only a moment later.
  socket.on('error', () => undefined);
  socket.once('close', lose).on('readable', look);
}
