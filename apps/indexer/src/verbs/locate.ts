/** `locate` on the bus: what a hash names and who has it, where this host sees them. */
import type { Handler, KnownPeer, Verbs } from '@iwanto/bus';
import type { Holder, PeerId } from '@iwanto/wire';
import type { LeaderLine } from '../tracking/leader-line.js';

/** Looks a peer up among those this host knows itself. */
export type KnownHere = (peer: PeerId) => KnownPeer | undefined;

/** Where this host sees a holder counts more than where the leader does: they may be on different links. */
function asSeenHere(holder: Holder, knownHere: KnownHere): Holder {
  const known = knownHere(holder.peer);
  if (!known || known.transferPort === 0) return holder;
  const { peer, address, transferPort: port, curveKey } = known;
  return { peer, address, port, curveKey };
}

export const locate =
  (leaderLine: LeaderLine, knownHere: KnownHere): Handler<Verbs, 'locate'> =>
  async (question) => {
    const answer = await leaderLine.ask('locate', question);
    return { ...answer, holders: answer.holders.map((holder) => asSeenHere(holder, knownHere)) };
  };
