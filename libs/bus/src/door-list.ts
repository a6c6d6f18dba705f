/** Who is refused, who is admitted, and who counts as what: by the key of the handshake, for every socket of this process. */
import type { PeerId, PublicKey } from '@iwanto/wire';

/** What an asker is to this host; strangers are known to no election, or have not shown their key yet. */
export type Standing = 'trusted' | 'member' | 'stranger';

export interface DoorList {
  /** The keys of peers that the election knows. */
  readonly peers: ReadonlyMap<PeerId, PublicKey>;
  readonly trusted: ReadonlySet<PeerId>;
  readonly refused: ReadonlySet<PublicKey>;
  /** The only keys that are admitted (HOSTILE 126); all if it is undefined. */
  readonly admitted: ReadonlySet<PublicKey> | undefined;
}

export const OPEN_DOOR: DoorList = {
  ...{ peers: new Map(), trusted: new Set(), refused: new Set(), admitted: undefined },
};

let list = OPEN_DOOR;
let peerOfKey: ReadonlyMap<PublicKey, PeerId> = new Map();
const listeners = new Set<() => void>();

/** From now on this list holds; lines whose key it refuses are closed (HOSTILE 200). */
export function keepDoor(next: DoorList): void {
  list = next;
  peerOfKey = new Map([...next.peers].map(([peer, key]) => [key, peer]));
  for (const heard of listeners) heard();
}

export function onDoorList(heard: () => void): () => void {
  listeners.add(heard);
  return () => listeners.delete(heard);
}

export const isRefused = (key: PublicKey): boolean => list.refused.has(key);

/** For a new line only: an open one stays while an election does not list its peer for a moment. */
export const isWelcome = (key: PublicKey): boolean =>
  !isRefused(key) && (list.admitted?.has(key) ?? true);

/** The peer that proved this key, if the election knows it. */
export const peerOf = (key: PublicKey | undefined): PeerId | undefined => key && peerOfKey.get(key);

/** Whether this is the id of a peer whose key is known, so that nobody else can claim it. */
export const isKnownPeer = (peer: PeerId): boolean => list.peers.has(peer);

export function standingOf(key: PublicKey | undefined): Standing {
  const peer = peerOf(key);
  if (peer === undefined) return 'stranger';
  return list.trusted.has(peer) ? 'trusted' : 'member';
}
