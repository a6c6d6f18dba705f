/** What other hosts get from here: pieces, the connections that they ask for, and connections relayed between them. */
import { type DialTickets, type PiecePort, servePieces } from '@iwanto/bus';
import { type PeerTrust, type ServiceContext, answerDials, listenAddresses } from '@iwanto/service';
import type { RateLimits } from './limits.js';
import { Pace } from './pace.js';
import { RelayDesk } from './relaying/relay-desk.js';
import type { Uploader } from './uploading/uploader.js';

export interface Serving {
  readonly uploader: Uploader;
  readonly tickets: DialTickets;
  readonly trust: PeerTrust;
  readonly limits: RateLimits;
  readonly nowMs: () => number;
}

export async function openServing(
  { config, identity, log, bus }: ServiceContext<'transfer'>,
  { uploader, tickets, trust, limits, nowMs }: Serving,
): Promise<{ readonly server: PiecePort; readonly desk: RelayDesk }> {
  const { isBlocked } = trust;
  const desk = new RelayDesk({
    ...{ bus, config, isBlocked, nowMs, pace: new Pace(limits.relay) },
    onInfo: (sentence) => log.info(sentence),
  });
  const server = await servePieces({
    ...{ keys: identity.curve, port: config.ports.transfer, tickets, splices: desk.splices },
    addresses: () => listenAddresses(config.interfaces),
    answer: (request, asker) => uploader.answer(request, asker),
    rank: (request) => uploader.timesSent.of(request),
    onTrouble: (sentence) => log.warn(sentence),
  });
  answerDials(bus, {
    ...{ lines: ['transfer', 'data'], isBlocked },
    dialBack: (asked, line) => server.dialBack(asked, line === 'data' ? 'data' : 'transfer'),
    onNote: (sentence) => log.debug(sentence),
  });
  return { server, desk };
}
