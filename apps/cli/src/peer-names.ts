/** Peers under the names that people chose; if two have the same name, the fingerprint tells them apart. */
import type { KnownPeer } from '@iwanto/bus';
import { Failure, type PeerId } from '@iwanto/wire';
import { shown } from './print.js';

/** Characters of the peer id that are appended to a name which two peers have. */
const ID_CHARACTERS = 6;
/** As few characters of an id may be typed. */
const ID_CHARACTERS_MIN = 4;

type Named = Pick<KnownPeer, 'peer' | 'name'>;

/** How a name looks to which a fingerprint was appended: chosen as a name, it gets its own behind it. */
const WITH_FINGERPRINT = /~[0-9a-f]{6}$/i;

/** What each peer is called here. */
export function peerNames(peers: readonly Named[]): Map<PeerId, string> {
  const counts = new Map<string, number>();
  for (const { name } of peers) counts.set(keyOf(name), (counts.get(keyOf(name)) ?? 0) + 1);
  return new Map(
    peers.map(({ peer, name }) => {
      const short = peer.slice(0, ID_CHARACTERS);
      if (name === '') return [peer, short];
      const isShared = (counts.get(keyOf(name)) ?? 0) > 1 || WITH_FINGERPRINT.test(name);
      return [peer, isShared ? withFingerprint({ peer, name }) : shown(name)];
    }),
  );
}

/** A peer as it is shown while another has the same name. */
export const withFingerprint = ({ peer, name }: Named): string =>
  `${shown(name)}~${peer.slice(0, ID_CHARACTERS)}`;

const keyOf = (name: string) => name.normalize('NFC').toLowerCase();

/** The peer that was typed: its name as shown, its name, or the beginning of its id. */
export function peerFrom(peers: readonly Named[], typed: string): PeerId {
  const names = peerNames(peers);
  const key = keyOf(typed);
  const ways: ((one: Named) => boolean)[] = [
    ({ peer }) => peer === key,
    ({ peer }) => keyOf(names.get(peer) ?? '') === key,
    // As it was shown while another peer had the same name.
    (one) => keyOf(withFingerprint(one)) === key,
    ({ name }) => keyOf(name) === key,
    ({ peer }) => key.length >= ID_CHARACTERS_MIN && peer.startsWith(key),
  ];
  for (const way of ways) {
    const fitting = peers.filter(way);
    if (fitting.length === 1 && fitting[0]) return fitting[0].peer;
    if (fitting.length > 1) {
      const list = fitting.map(({ peer }) => names.get(peer) ?? peer).join(', ');
      throw new Failure(
        'E_AMBIGUOUS',
        `"${typed}" fits ${fitting.length} peers: ${list}. Type one of these.`,
      );
    }
  }
  throw new Failure('E_NOT_FOUND', `There is no peer called "${typed}"; "iwanto peers" lists all.`);
}
