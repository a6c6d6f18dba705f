/** The member list on the side of the leader: handed out by version, in parts that fit one datagram. */
import {
  type Address,
  type PeerId,
  ROSTER_ENTRIES_MAX,
  ROSTER_GONE_MAX,
  type RosterEntry,
} from '@iwanto/wire';
import type { Member } from '../state/member.js';
import { reignOf } from '../state/place.js';
import { provedMembers, type Reign } from '../state/state.js';
import { send, type Turn } from '../state/turn.js';
import { remember } from './seeds.js';
import { peersChanged } from './sight.js';
import { chooseStandbys } from './standbys.js';

/** Departures kept for members that have not heard; beyond, the whole list is sent again. */
const GONE_MAX = 256;

/** A member came or moved: the next version of the roster says so. */
export function memberChanged(turn: Turn, member: Member): void {
  const { state } = turn;
  state.ownVersion += 1;
  member.version = state.ownVersion;
  remember(turn, member.address);
  chooseStandbys(turn);
  peersChanged(turn);
}

export function removeMember(turn: Turn, reign: Reign, peer: PeerId): void {
  const { state } = turn;
  const member = state.members.get(peer);
  if (member === undefined) return;
  state.members.delete(peer);
  peersChanged(turn);
  // A member that proved nothing was never announced.
  if (!member.confirmed) return;
  state.ownVersion += 1;
  reign.gone.push({ peer, version: state.ownVersion });
  if (reign.gone.length > GONE_MAX) reign.goneFloor = reign.gone.shift()?.version ?? 0;
  chooseStandbys(turn);
}

interface Change {
  readonly version: number;
  readonly member?: Member;
  readonly gone?: PeerId;
}

export const asEntry = ({ peer, boot, rank, address, card }: Member): RosterEntry => ({
  peer,
  boot,
  rank,
  address,
  card,
});

/** Sends what changed after `version`, at most `parts` datagrams of it (S17); true when that was all. */
export function sendRoster(turn: Turn, to: Address, version: number, parts = 1): boolean {
  const { state } = turn;
  const reign = reignOf(state);
  if (reign === null || version >= state.ownVersion) return true;
  const floor = Math.max(reign.versionFloor, reign.goneFloor);
  let since = version < floor || version > state.ownVersion ? 0 : version;
  const changes = changesAfter(turn, reign, since);
  for (let part = 0, at = 0; part < parts; part++) {
    const piece = cut(changes, at);
    at += piece.length;
    const last = piece[piece.length - 1];
    const upTo = at >= changes.length ? state.ownVersion : (last?.version ?? state.ownVersion);
    send(turn, to, {
      type: 'roster',
      since,
      upTo,
      latest: state.ownVersion,
      entries: piece.flatMap((each) => (each.member === undefined ? [] : [asEntry(each.member)])),
      gone: piece.flatMap((each) => (each.gone === undefined ? [] : [each.gone])),
    });
    if (at >= changes.length) return true;
    since = upTo;
  }
  return false;
}

function changesAfter(turn: Turn, reign: Reign, since: number): Change[] {
  const changes: Change[] = [];
  for (const member of provedMembers(turn.state))
    if (member.version > since) changes.push({ version: member.version, member });
  if (since > 0)
    for (const { peer, version } of reign.gone)
      if (version > since && !turn.state.members.has(peer)) changes.push({ version, gone: peer });
  return changes.sort((a, b) => a.version - b.version);
}

function cut(changes: readonly Change[], from: number): Change[] {
  const piece: Change[] = [];
  let [entries, gone] = [0, 0];
  for (const change of changes.slice(from, from + ROSTER_ENTRIES_MAX + ROSTER_GONE_MAX)) {
    if (change.member === undefined) gone += 1;
    else entries += 1;
    if (entries > ROSTER_ENTRIES_MAX || gone > ROSTER_GONE_MAX) break;
    piece.push(change);
  }
  return piece;
}
