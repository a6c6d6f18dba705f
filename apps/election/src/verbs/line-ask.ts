/** `line.ask`: asks a peer that cannot be dialled to open a connection to this host. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Election } from '../election.js';

type Answer = Handlers<VerbsOf<'election'>>['line.ask'];

export const lineAsk =
  (election: Pick<Election, 'take'>): Answer =>
  (wish) => {
    election.take({ type: 'dial', ...wish });
    return {};
  };
