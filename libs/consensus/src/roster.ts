/** The member list: handed out by version, in parts that fit one datagram. */
import type { Address, PeerId, RosterEntry, RosterMessage } from '@iwanto/wire';
import { ROSTER_ENTRIES_MAX, ROSTER_GONE_MAX } from '@iwanto/wire';
import { LIMITS } from './config.js';
import { sameBoot } from './rank.js';
import { remember } from './seeds.js';
import { peersChanged } from './sight.js';
import { type Member, newMember } from './member.js';
import { type Reign, provedMembers } from './state.js';
import { type Turn, send } from './turn.js';

/** A member fetches the rest so soon; in a crowd with its keep-alives. */
const HASTE_MS = 60;

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

/** Sends what changed after `version`, at most `parts` datagrams of it; true when that was all. */
export function sendRoster(turn: Turn, to: Address, version: number, parts = 1): boolean {
  const { state } = turn;
  const { reign } = state;
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

/** A part of my leader's roster. */
export function rosterHeard(turn: Turn, message: RosterMessage): void {
  const { state } = turn;
  if (
    state.following === null ||
    !sameBoot({ peer: message.sender, boot: message.boot }, state.leader)
  )
    return;
  if (message.epoch < state.epoch || message.upTo <= state.rosterVersion) return;
  if (message.since > state.rosterVersion) return;
  if (message.since === 0) for (const member of state.members.values()) member.stale = true;
  for (const entry of message.entries) take(turn, entry);
  for (const peer of message.gone) drop(turn, peer);
  state.rosterVersion = message.upTo;
  if (message.upTo < message.latest) hasten(turn);
  else for (const member of state.members.values()) if (member.stale) drop(turn, member.peer);
}

function hasten(turn: Turn): void {
  const { following } = turn.state;
  if (following === null || following.unanswered > 0 || following.members > LIMITS.crowd) return;
  const inMs = HASTE_MS * (1 + turn.state.config.random());
  following.pingAtMs = Math.min(following.pingAtMs, turn.nowMs + inMs);
}

function take(turn: Turn, entry: RosterEntry): void {
  const { state, nowMs } = turn;
  if (entry.peer === state.config.peer || entry.peer === state.leader?.peer) return;
  const known = state.members.get(entry.peer);
  if (known === undefined && state.members.size >= LIMITS.rosterMax) return;
  remember(turn, entry.address);
  peersChanged(turn);
  state.members.set(entry.peer, {
    ...newMember(entry, nowMs),
    confirmed: true,
    helloSeq: known?.boot === entry.boot ? known.helloSeq : 0,
    roundTripMs: known?.roundTripMs ?? null,
    sinceMs: known?.sinceMs ?? nowMs,
  });
}

function drop(turn: Turn, peer: PeerId): void {
  if (turn.state.members.delete(peer)) peersChanged(turn);
}
