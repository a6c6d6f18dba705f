/** The body of every election message, field by field: docs/wire.md shows the same as pictures. */
import {
  type Field,
  age,
  flag,
  hexField,
  hostField,
  list,
  nullable,
  openPort,
  rawField,
  record,
  textField,
  u16,
  u48,
  wordField,
} from './datagram-fields.js';
import {
  type Address,
  type ElectionHeader,
  type ElectionMessage,
  type ElectionMessageType,
  type LeaderTuple,
  type Nonce,
  type Objection,
  PROOF_BYTES,
  ROSTER_ENTRIES_MAX,
  ROSTER_GONE_MAX,
  type RosterEntry,
  STANDBYS_MAX,
  type Standby,
  SECRET_BYTES,
} from './election-messages.js';
import { PEER_NAME_BYTES_MAX } from './endpoint.js';
import type { BootId, CatalogId, PeerId, PublicKey } from './ids.js';

/** Bytes of a secret sealed for its receiver: a fresh X25519 key (32), ciphertext (16), Poly1305 tag (16). */
export const SEALED_SECRET_BYTES = 32 + SECRET_BYTES + 16;

/** The byte that names each message; a new message takes a new number, none is ever used again. */
export const DATAGRAM_TYPES = {
  hello: 1,
  hint: 2,
  welcome: 3,
  beat: 4,
  ack: 5,
  ping: 6,
  pong: 7,
  notMember: 8,
  notLeader: 9,
  probe: 10,
  ask: 11,
  alive: 12,
  claim: 13,
  object: 14,
  yield: 15,
  relay: 16,
  roster: 17,
  leave: 18,
} as const satisfies Readonly<Record<ElectionMessageType, number>>;

const OBJECTIONS = { alive: 1, older: 2, leader: 3 } as const satisfies Record<Objection, number>;

const peer = hexField<PeerId>(10);
const boot = hexField<BootId>(8);
const nonce = hexField<Nonce>(8);
const proof = nullable(rawField(PROOF_BYTES));
const address: Field<Address> = record({ address: hostField, port: openPort });
const bootRef = { peer, boot };
const leader: Field<LeaderTuple> = record({
  ...bootRef,
  epoch: u48,
  reign: u48,
  rank: u48,
  lost: flag,
  address: nullable(address),
});
const card = record({
  electionPort: u16,
  indexerPort: u16,
  transferPort: u16,
  curveKey: hexField<PublicKey>(32),
  name: textField(PEER_NAME_BYTES_MAX),
});
const standby: Field<Standby> = record({ ...bootRef, rank: u48, address });
const rosterEntry: Field<RosterEntry> = record({ ...bootRef, rank: u48, address, card });
const peerOf = (entry: Standby) => entry.peer;
const standbys = list(standby, STANDBYS_MAX, peerOf);
const entries = list(rosterEntry, ROSTER_ENTRIES_MAX, peerOf);
const mark = nullable(record({ catalogId: hexField<CatalogId>(8), revision: u48 }));
const reference = record(bootRef);

/** What a message holds beside its header and its name; the secret of a WELCOME stands here as it crosses the wire: sealed. */
export type BodyOf<T extends ElectionMessageType> = Omit<
  Extract<ElectionMessage, { type: T }>,
  keyof ElectionHeader | 'type'
>;

export const DATAGRAM_BODIES: { readonly [T in ElectionMessageType]: Field<BodyOf<T>> } = {
  hello: record({ rank: u48, joining: flag, card }),
  hint: record({ leader }),
  welcome: record({
    leader,
    card,
    secret: rawField(SEALED_SECRET_BYTES),
    member: boot,
    rank: u48,
    clusterNowMs: u48,
    standbys,
  }),
  beat: record({
    leader,
    standbys,
    members: u16,
    rosterVersion: u48,
    heardMs: nullable(age),
    previous: nullable(reference),
    card: nullable(card),
  }),
  ack: record({ beat: u48, rosterVersion: u48 }),
  ping: record({ nonce, leader: reference, proof, rosterVersion: u48, catalogue: mark }),
  pong: record({ nonce, leader, proof }),
  notMember: record({ nonce, leader }),
  notLeader: record({ nonce, leader: nullable(leader) }),
  probe: record({ nonce, leader: reference }),
  ask: record({ leader: reference, ageMs: age }),
  alive: record({ leader: reference, ageMs: age }),
  claim: record({ claimEpoch: u48, rank: u48, old: reference, ageMs: age, left: flag }),
  object: record({ objection: wordField(OBJECTIONS), ageMs: age, leader: nullable(leader) }),
  yield: record({ leader, entries }),
  relay: record({ leader }),
  roster: record({
    since: u48,
    upTo: u48,
    latest: u48,
    entries,
    gone: list(peer, ROSTER_GONE_MAX, (each) => each),
  }),
  leave: record({}),
};
