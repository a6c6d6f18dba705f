/** `relay.ask`: asks a peer to relay a connection between this host and another one. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { PeerId } from '@iwanto/wire';
import type { Election } from '../election.js';

type Answer = Handlers<VerbsOf<'election'>>['relay.ask'];

export const relayAsk =
  (election: Pick<Election, 'take'>, caller: PeerId): Answer =>
  (wish) => {
    election.take({ type: 'bridge', ...wish, caller });
    return {};
  };
