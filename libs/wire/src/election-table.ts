/**
 * Every election message, one row each: its number, its body field by field, and its properties. The codec, the
 * receiver, the service that sends and the simulator's checks read from here. A new message is an interface in
 * election-messages.ts, a row here, a handler in libs/consensus/src/receive.ts (the compiler asks for all three)
 * and a row of docs/consensus.md and docs/wire.md (a spec asks for those).
 */
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
  COOKIE_BYTES,
  type ElectionHeader,
  type ElectionMessage,
  type ElectionMessageType,
  HELLO_BYTES,
  type LeaderTuple,
  type Nonce,
  type Objection,
  PROOF_BYTES,
  QUESTION_BYTES,
  ROSTER_ENTRIES_MAX,
  ROSTER_GONE_MAX,
  type RosterEntry,
  STANDBYS_MAX,
  type Standby,
  SECRET_BYTES,
} from './election-messages.js';
import { PEER_NAME_BYTES_MAX } from './endpoint.js';
import { type DialledLine, TICKET_BYTES } from './dial-hello.js';
import type { BootId, CatalogId, PeerId, PublicKey, Ticket } from './ids.js';

/** Bytes of a secret sealed for its receiver: a fresh X25519 key (32), ciphertext (16), Poly1305 tag (16). */
export const SEALED_SECRET_BYTES = 32 + SECRET_BYTES + 16;

/** The offset of the message's number in a datagram: after magic and version. */
const TYPE_OFFSET = 3;

const DIALLED = { indexer: 1, transfer: 2, data: 3 } as const satisfies Record<DialledLine, number>;
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

/** What a message holds beside its header and its name; the secret of a WELCOME is here as it crosses the wire: sealed. */
export type BodyOf<T extends ElectionMessageType> = Omit<
  Extract<ElectionMessage, { type: T }>,
  keyof ElectionHeader | 'type'
>;

/** One row of the table. */
export interface MessageRow<T extends ElectionMessageType> {
  /** The byte that names it; a new message takes a new number, none is ever used again. */
  readonly code: number;
  readonly body: Field<BodyOf<T>>;
  /** What it is padded to, seal included, so that no answer to it is larger (HOSTILE 14); not padded when left out. */
  readonly padBytes?: number | { readonly proved: number; readonly unproved: number };
  /** How large it may be as an answer to a stranger: as large as its question. */
  readonly answerBytesMax?: number;
  /** It may come by multicast; others are then dropped: one datagram must not be answered by everybody (S50). */
  readonly isSaidToAll?: boolean;
  /** Only a leader says it, about itself: void when its leader is not its sender (S52). */
  readonly isLeadersOwn?: boolean;
  /** Its sender acts as leader: after a pause only once it has asked (S32). */
  readonly actsAsLeader?: boolean;
  /** From an earlier epoch than the receiver's it changes neither leader, standbys nor roster (S4). */
  readonly isVoidFromEarlierEpoch?: boolean;
  /** It may come from outside its own subnets, from an address that has not yet shown that it receives there (S55). */
  readonly isFirstContact?: boolean;
  /** The field that lists peers with their addresses. */
  readonly lists?: 'standbys' | 'entries';
}

/** The table itself. */
export const ELECTION_MESSAGES: { readonly [T in ElectionMessageType]: MessageRow<T> } = {
  hello: {
    code: 1,
    body: record({ rank: u48, joining: flag, card }),
    padBytes: HELLO_BYTES,
    isSaidToAll: true,
  },
  hint: {
    code: 2,
    body: record({ leader }),
    padBytes: QUESTION_BYTES,
    answerBytesMax: QUESTION_BYTES,
    isVoidFromEarlierEpoch: true,
  },
  welcome: {
    code: 3,
    body: record({
      leader,
      card,
      secret: rawField(SEALED_SECRET_BYTES),
      member: boot,
      rank: u48,
      clusterNowMs: u48,
      standbys,
    }),
    answerBytesMax: HELLO_BYTES,
    isLeadersOwn: true,
    actsAsLeader: true,
    isVoidFromEarlierEpoch: true,
    lists: 'standbys',
  },
  beat: {
    code: 4,
    body: record({
      leader,
      standbys,
      members: u16,
      rosterVersion: u48,
      heardMs: nullable(age),
      previous: nullable(reference),
      card: nullable(card),
    }),
    padBytes: QUESTION_BYTES,
    isSaidToAll: true,
    isLeadersOwn: true,
    actsAsLeader: true,
    isVoidFromEarlierEpoch: true,
    lists: 'standbys',
  },
  ack: { code: 5, body: record({ beat: u48, rosterVersion: u48 }) },
  ping: {
    code: 6,
    body: record({ nonce, leader: reference, proof, rosterVersion: u48, catalogue: mark }),
    // Without a proof it asks for a welcome.
    padBytes: { proved: QUESTION_BYTES, unproved: HELLO_BYTES },
  },
  pong: {
    code: 7,
    body: record({ nonce, leader, proof }),
    answerBytesMax: QUESTION_BYTES,
    isLeadersOwn: true,
    actsAsLeader: true,
    isVoidFromEarlierEpoch: true,
  },
  notMember: {
    code: 8,
    body: record({ nonce, leader }),
    answerBytesMax: QUESTION_BYTES,
    isLeadersOwn: true,
    isVoidFromEarlierEpoch: true,
  },
  notLeader: {
    code: 9,
    body: record({ nonce, leader: nullable(leader) }),
    answerBytesMax: QUESTION_BYTES,
  },
  probe: {
    code: 10,
    body: record({ nonce, leader: reference }),
    padBytes: QUESTION_BYTES,
  },
  ask: { code: 11, body: record({ leader: reference, ageMs: age }) },
  alive: { code: 12, body: record({ leader: reference, ageMs: age }) },
  claim: {
    code: 13,
    body: record({ claimEpoch: u48, rank: u48, old: reference, ageMs: age, left: flag }),
  },
  object: {
    code: 14,
    body: record({ objection: wordField(OBJECTIONS), ageMs: age, leader: nullable(leader) }),
  },
  yield: {
    code: 15,
    body: record({ leader, entries }),
    isLeadersOwn: true,
    lists: 'entries',
  },
  relay: { code: 16, body: record({ leader }), isVoidFromEarlierEpoch: true },
  roster: {
    code: 17,
    body: record({
      since: u48,
      upTo: u48,
      latest: u48,
      entries,
      gone: list(peer, ROSTER_GONE_MAX, (each) => each),
    }),
    isVoidFromEarlierEpoch: true,
    lists: 'entries',
  },
  leave: { code: 18, body: record({}), isSaidToAll: true },
  knock: {
    code: 19,
    body: record({ nonce, cookie: nullable(rawField(COOKIE_BYTES)) }),
    padBytes: QUESTION_BYTES,
    isFirstContact: true,
  },
  cookie: {
    code: 20,
    body: record({ nonce, cookie: rawField(COOKIE_BYTES) }),
    answerBytesMax: QUESTION_BYTES,
    isFirstContact: true,
  },
  dial: {
    code: 21,
    body: record({
      callee: peer,
      caller: peer,
      line: wordField(DIALLED),
      ticket: hexField<Ticket>(TICKET_BYTES),
    }),
  },
  bridge: {
    code: 22,
    body: record({
      relay: peer,
      callee: peer,
      caller: peer,
      line: wordField(DIALLED),
      ticket: hexField<Ticket>(TICKET_BYTES),
    }),
  },
};

/** All names of messages, in the order of their numbers. */
export const ELECTION_MESSAGE_TYPES = Object.keys(ELECTION_MESSAGES) as ElectionMessageType[];

type AnyRow = MessageRow<ElectionMessageType> & { readonly body: Field<object> };

/** The row of a message of any type. */
export const rowOf = ({ type }: { readonly type: ElectionMessageType }): AnyRow =>
  ELECTION_MESSAGES[type];

/** What a message is padded to, seal included. */
export function padBytesOf(message: ElectionMessage): number {
  const { padBytes = 0 } = rowOf(message);
  if (typeof padBytes === 'number') return padBytes;
  const isProved = 'proof' in message && message.proof !== null;
  return isProved ? padBytes.proved : padBytes.unproved;
}

type Listing = Partial<Readonly<Record<'standbys' | 'entries', readonly Standby[]>>>;

/** The peers that a message lists with their addresses. */
export function listedIn(message: ElectionMessage): readonly Standby[] {
  const { lists } = rowOf(message);
  return lists === undefined ? [] : ((message as Listing)[lists] ?? []);
}

/** The message with those of the listed peers that are kept. */
export function withListed(
  message: ElectionMessage,
  keeps: (peer: Standby) => boolean,
): ElectionMessage {
  const { lists } = rowOf(message);
  return lists === undefined ? message : { ...message, [lists]: listedIn(message).filter(keeps) };
}

const FIRST_CONTACT = new Set(
  Object.values(ELECTION_MESSAGES)
    .filter(({ isFirstContact }) => isFirstContact === true)
    .map(({ code }) => code),
);

/** Whether a datagram that begins like one of ours is a KNOCK or a COOKIE; nothing else of it is looked at. */
export const isFirstContact = (bytes: Uint8Array): boolean =>
  FIRST_CONTACT.has(bytes[TYPE_OFFSET] ?? 0);
