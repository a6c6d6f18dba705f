/** `relay.agree`: this host relays a connection, and both ends are asked to dial it. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { PeerId } from '@iwanto/wire';
import type { Election } from '../election.js';

type Answer = Handlers<VerbsOf<'election'>>['relay.agree'];

export const relayAgree =
  (election: Pick<Election, 'take'>, relay: PeerId): Answer =>
  (wish) => {
    election.take({ type: 'bridge', ...wish, relay });
    return {};
  };
