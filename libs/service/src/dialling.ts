/** Connections that only the other host can open: how a service asks for them, and how it opens those it is asked for. */
import type { Socket } from 'node:net';
import type { Bus, DialAsked, DialTickets, NewsBody } from '@iwanto/bus';
import { type DialledLine, type PeerId, Recent, type Ticket, reasonOf } from '@iwanto/wire';

/** The same question comes from the peer itself and over the leader: tickets that were answered lately. */
const ANSWERED_MAX = 256;

/** Has that peer open a connection; rejects when it does not within 3 s. */
export function askToDial(
  bus: Pick<Bus, 'call'>,
  tickets: DialTickets,
): (peer: PeerId, line: DialledLine) => Promise<Socket> {
  return (peer, line) => {
    const { ticket, arrived } = tickets.expect();
    // Without an election nobody is asked, and the limit on waiting ends it.
    bus.call('line.ask', { peer, line, ticket }).catch(() => undefined);
    return arrived;
  };
}

export interface DialAnswering {
  /** The connections that this service serves. */
  readonly lines: readonly DialledLine[];
  readonly isBlocked: (peer: PeerId) => boolean;
  readonly dialBack: (asked: DialAsked, line: DialledLine) => Promise<void>;
  readonly onNote: (sentence: string) => void;
}

/** Opens connections to peers that ask for them, once for each ticket; returns the way to stop. */
export function answerDials(
  bus: Pick<Bus, 'subscribe'>,
  { lines, isBlocked, dialBack, onNote }: DialAnswering,
): () => void {
  const answered = new Recent<Ticket, true>(ANSWERED_MAX);
  const answer = async ({ peer, line, ...asked }: NewsBody<'line.asked'>) => {
    const isNew = answered.get(asked.ticket) === undefined;
    if (!lines.includes(line) || !isNew || isBlocked(peer)) return;
    answered.set(asked.ticket, true);
    try {
      await dialBack(asked, line);
      onNote(`Opened a ${line} connection to ${peer} at ${asked.address}, which cannot dial here.`);
    } catch (cause) {
      onNote(`${peer} at ${asked.address} asked for a connection: ${reasonOf(cause)}`);
    }
  };
  return bus.subscribe('line.asked', (asked) => void answer(asked));
}
