/** `ways.get`: how each peer is reached, and what this host relays for others. */
import type { Handlers, PiecePort, VerbsOf } from '@iwanto/bus';
import type { PeerWays } from '@iwanto/service';
import type { RelayDesk } from '../relaying/relay-desk.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const waysGet =
  ({ seen }: PeerWays, desk: RelayDesk, { dataPort }: PiecePort): Verbs['ways.get'] =>
  () => ({ ways: seen.views(), relaying: desk.view(), dataPort });
