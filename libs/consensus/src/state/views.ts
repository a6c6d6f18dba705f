/** What the other services are sent: who leads, and who is known. */
import type { BootId, CatalogueMark, PeerCard, PeerId } from '@iwanto/wire';
import type { Member } from './member.js';
import type { SeenHow, State } from './state.js';

export type Role = 'leader' | 'standby' | 'follower' | 'joining';

/** A peer and where it is; the address is null for this host itself, which does not know its own. */
export interface PeerView extends PeerCard {
  readonly peer: PeerId;
  readonly address: string | null;
}

/** The body of `leader.changed`, but for the revision. */
export interface LeadershipView {
  readonly peer: PeerId;
  readonly boot: BootId;
  readonly role: Role;
  readonly epoch: number;
  readonly leader: PeerView | null;
  readonly standbys: readonly PeerView[];
}

/** One row of `peers.changed`. */
export interface KnownPeerView extends PeerView {
  readonly seen: SeenHow;
  readonly member: boolean;
  readonly sinceSeconds: number;
  readonly roundTripMs: number | null;
  /** How far its catalogue is, as of its last keep-alive to its leader; null if this host does not lead. */
  readonly catalogue: CatalogueMark | null;
}

/** Rows in one answer (I12). */
const PEERS_MAX = 4_096;

const selfView = (state: State): PeerView | null =>
  state.card === null ? null : { peer: state.config.peer, address: null, ...state.card };

const memberView = (member: Member): PeerView => ({
  peer: member.peer,
  address: member.address.address,
  ...member.card,
});

function viewOf(state: State, peer: PeerId, address: string | null): PeerView | null {
  if (peer === state.config.peer) return selfView(state);
  const member = state.members.get(peer);
  if (member !== undefined) return memberView(member);
  const card =
    state.leader?.peer === peer && state.leaderCard !== null
      ? state.leaderCard
      : (state.sightings.get(peer)?.card ?? null);
  return card === null || address === null ? null : { peer, address, ...card };
}

function roleOf(state: State): Role {
  const { place } = state;
  const held = place.at === 'leaving' ? place.was : place;
  if (place.at === 'leading') return 'leader';
  if (held.at !== 'following') return 'joining';
  return state.standbys.some((each) => each.peer === state.config.peer) ? 'standby' : 'follower';
}

/** Who leads, as far as this host knows. The leader is null until its endpoint is known too. */
export function leadershipOf(state: State): LeadershipView {
  const { leader } = state;
  return {
    peer: state.config.peer,
    boot: state.config.boot,
    role: roleOf(state),
    epoch: state.epoch,
    leader: leader === null ? null : viewOf(state, leader.peer, leader.address?.address ?? null),
    standbys: state.standbys
      .map((each) => viewOf(state, each.peer, each.address.address))
      .filter((each) => each !== null),
  };
}

/** Every peer this host knows, itself first, at most 4,096. */
export function peersOf(state: State, nowMs: number): KnownPeerView[] {
  const rows = new Map<PeerId, KnownPeerView>();
  const add = (view: PeerView | null, row: Omit<KnownPeerView, keyof PeerView>) => {
    if (view !== null && rows.size < PEERS_MAX) rows.set(view.peer, { ...view, ...row });
  };
  const since = (ms: number) => Math.max(0, (nowMs - ms) / 1_000);
  const settled = state.leader !== null;
  add(selfView(state), {
    seen: 'self',
    member: settled,
    sinceSeconds: since(state.startedMs),
    roundTripMs: 0,
    catalogue: state.catalogue,
  });
  for (const member of state.members.values()) {
    if (member.peer === state.config.peer) continue;
    const sighting = state.sightings.get(member.peer);
    add(memberView(member), {
      seen: sighting?.seen ?? 'roster',
      member: settled && member.confirmed,
      sinceSeconds: since(sighting?.sinceMs ?? member.sinceMs),
      roundTripMs: member.roundTripMs ?? sighting?.roundTripMs ?? null,
      catalogue: member.catalogue,
    });
  }
  for (const [peer, sighting] of state.sightings) {
    if (rows.has(peer)) continue;
    add(viewOf(state, peer, sighting.address.address), {
      seen: sighting.seen,
      member: state.leader?.peer === peer,
      sinceSeconds: since(sighting.sinceMs),
      roundTripMs: sighting.roundTripMs,
      catalogue: null,
    });
  }
  return [...rows.values()];
}
