/** How a service opens the connections that others ask it for: to the peer that asked, or to a relay between the two. */
import type { Bus, DialAsked, NewsBody } from '@iwanto/bus';
import { type DialledLine, type PeerId, Recent, type Ticket, reasonOf } from '@iwanto/wire';

/** Recently answered tickets: the same question arrives from the peer itself and via the leader. */
const ANSWERED_MAX = 256;

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
  const answer = async ({ peer, line, relay, ...asked }: NewsBody<'line.asked'>) => {
    const isNew = answered.get(asked.ticket) === undefined;
    if (!lines.includes(line) || !isNew || [peer, relay].some((one) => one && isBlocked(one)))
      return;
    answered.set(asked.ticket, true);
    const where = relay === null ? `at ${asked.address}` : `over ${relay} at ${asked.address}`;
    try {
      await dialBack({ ...asked, isRelay: relay !== null }, line);
      onNote(`Opened a ${line} connection to ${peer} ${where}, which cannot dial here.`);
    } catch (cause) {
      onNote(`${peer} ${where} asked for a connection: ${reasonOf(cause)}`);
    }
  };
  return bus.subscribe('line.asked', (asked) => void answer(asked));
}
