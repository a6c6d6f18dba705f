/** `locate` on the bus: what a hash names and who has it, where this host sees them. */
import type { Handler, KnownPeer, Verbs } from '@iwanto/bus';
import type { Claim, Holder, PeerId } from '@iwanto/wire';
import type { LeaderLine } from '../tracking/leader-line.js';
import type { ShownContents } from '../tracking/shown.js';

/** Looks a peer up among those this host knows itself. */
export type KnownHere = (peer: PeerId) => KnownPeer | undefined;

/**
 * A holder counts where this host itself knows it as a member, and is dialled at the address, port and key of its own
 * election: a leader can hide holders, but cannot have others dialled (HOSTILE 111).
 */
function asKnownHere({ peer }: Holder, knownHere: KnownHere): Holder[] {
  const known = knownHere(peer);
  if (!known?.member || known.transferPort === 0) return [];
  const { address, transferPort: port, curveKey } = known;
  return [{ peer, address, port, curveKey }];
}

/** The user's words first: what was shown is what a beginning means, and the name it has here. */
export const locate =
  (leaderLine: LeaderLine, knownHere: KnownHere, shown: ShownContents): Handler<Verbs, 'locate'> =>
  async ({ hash }) => {
    const answer = await leaderLine.ask('locate', { hash: shown.meant(hash) });
    const holdersOf = ({ holders }: Pick<Claim, 'holders'>) =>
      holders.flatMap((holder) => asKnownHere(holder, knownHere));
    const others = answer.others?.map((claim) => ({ ...claim, holders: holdersOf(claim) }));
    const known = { ...answer, holders: holdersOf(answer), ...(others && { others }) };
    return { ...known, name: shown.nameOf(answer.hash) ?? answer.name };
  };
