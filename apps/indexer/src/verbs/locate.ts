/** `locate` on the bus: what a hash names and who has it, at the addresses where this host sees them. */
import type { Handler, KnownPeer, Verbs } from '@iwanto/bus';
import {
  type Claim,
  Failure,
  type Holder,
  type LocateAnswer,
  type PeerId,
  agoText,
  codeOf,
} from '@iwanto/wire';
import type { DirectLocate } from '../tracking/direct-locate.js';
import type { LeaderLine } from '../tracking/leader-line.js';
import type { ShownContents } from '../tracking/shown.js';
import { isCut, withClaims } from '../tracking/trusted-holders.js';
import type { TrustedPeers } from '../tracking/trusted-peers.js';

/** Looks up a peer among those that this host knows itself. */
export type KnownHere = (peer: PeerId) => KnownPeer | undefined;

/**
 * A holder counts if this host itself knows it as a member, and is dialled at the address, port and key of its own
 * election: a leader can hide holders, but cannot have others dialled (HOSTILE 111).
 */
function asKnownHere({ peer }: Holder, knownHere: KnownHere): Holder[] {
  const known = knownHere(peer);
  if (!known?.member || known.transferPort === 0) return [];
  const { address, transferPort: port, curveKey } = known;
  return [{ peer, address, port, curveKey }];
}

function seenFromHere(answer: LocateAnswer, knownHere: KnownHere): LocateAnswer {
  const holdersOf = ({ holders }: Pick<Claim, 'holders'>) =>
    holders.flatMap((holder) => asKnownHere(holder, knownHere));
  const others = answer.others?.map((claim) => ({ ...claim, holders: holdersOf(claim) }));
  return { ...answer, holders: holdersOf(answer), ...(others && { others }) };
}

/** Why nobody has it, with who had it, if this host showed that: a refusal of another host counts by its code alone. */
function notHere(shown: ShownContents, hash: string, cause: unknown): unknown {
  const left = shown.leftOf(hash);
  if (!left) return cause;
  const who = `${agoText(left.secondsAgo)} on ${left.names.join(', ')}`;
  const sentence = `Nobody who is here has ${shown.nameOf(hash) ?? hash}; it was seen ${who}.`;
  return new Failure('E_NOT_FOUND', sentence);
}

export interface LocateOptions {
  readonly leaderLine: Pick<LeaderLine, 'ask'>;
  readonly direct: Pick<DirectLocate, 'locate'>;
  readonly knownHere: KnownHere;
  readonly shown: ShownContents;
  readonly trusted: Pick<TrustedPeers, 'present'>;
}

/**
 * The user's words first: what was shown is what a beginning means, and the name it has here. If the leader names
 * nobody who has it, or answers nothing, the peers themselves are asked (HOSTILE 122), and if it names only some of
 * many, those that the user trusts (HOSTILE 241): no tracker hears who these are.
 */
export const locate =
  ({ leaderLine, direct, knownHere, shown, trusted }: LocateOptions): Handler<Verbs, 'locate'> =>
  async ({ hash, ofGroup }) => {
    if (ofGroup)
      throw new Failure('E_NOT_FOUND', `No member of its group that is present shares ${hash}.`);
    const meant = shown.meant(hash);
    const answer = await leaderLine.ask('locate', { hash: meant }).then(
      async (told) => {
        const seen = seenFromHere(told, knownHere);
        const peers = isCut(told) ? trusted.present() : [];
        return peers.length === 0 ? seen : withClaims(seen, await direct.locate(told.hash, peers));
      },
      async (cause: unknown) => {
        const found = await direct.locate(meant);
        if (found) return found;
        throw codeOf(cause) === 'E_NOT_FOUND' ? notHere(shown, meant, cause) : cause;
      },
    );
    const isEmpty = [answer, ...(answer.others ?? [])].every(({ holders }) => holders.length === 0);
    const found = (isEmpty && (await direct.locate(answer.hash))) || answer;
    return { ...found, name: shown.nameOf(found.hash) ?? found.name };
  };
