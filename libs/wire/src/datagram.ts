/**
 * One election datagram: header (38), body, padding, signing key (32), Ed25519 signature (64).
 *
 * The signature covers all before it. The sender in the header is the beginning of the SHA-256 of the
 * signing key, so a datagram proves who sent it without any list of known keys. Keys and clocks stay
 * outside: the caller provides `DatagramSigner`, `DatagramVerifier` and the opening of sealed tokens.
 */
import { FieldReader, FieldWriter } from './datagram-bytes.js';
import { hexField, u48 } from './datagram-fields.js';
import {
  type BeatMessage,
  ELECTION_DATAGRAM_BYTES_MAX,
  type ElectionHeader,
  type ElectionMessage,
  type ElectionMessageType,
  type WelcomeMessage,
} from './election-messages.js';
import {
  ELECTION_MESSAGES,
  ELECTION_MESSAGE_TYPES,
  padBytesOf,
  rowOf,
  SEALED_SECRET_BYTES,
} from './election-table.js';
import { hexOf } from './hex.js';
import type { BootId, PeerId, PublicKey } from './ids.js';

/** "iW". */
const MAGIC = 0x69_57;
export const DATAGRAM_VERSION = 1;
export const DATAGRAM_HEADER_BYTES = 38;
const SIGN_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
export const DATAGRAM_SEAL_BYTES = SIGN_KEY_BYTES + SIGNATURE_BYTES;
const DATAGRAM_BYTES_MIN = DATAGRAM_HEADER_BYTES + DATAGRAM_SEAL_BYTES;

/** Where every election service listens for what is meant for all: site-local IPv4, link-local IPv6, never routed (TTL 1). */
export const MULTICAST_GROUP = { four: '239.255.105.87', six: 'ff02::6957' } as const;

/** The group of an open LAN: everybody. */
export const OPEN_GROUP = 0;

/** Why a datagram is dropped, in the order of the checks. */
export type DatagramRefusal =
  'size' | 'magic' | 'version' | 'group' | 'type' | 'sender' | 'signature' | 'body' | 'secret';

export interface DatagramSigner {
  readonly signKey: PublicKey;
  /** Ed25519, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

export interface DatagramVerifier {
  /** The peer that a signing key belongs to. */
  peerOf(signKey: PublicKey): PeerId;
  verify(signKey: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Makes the sealed form of a secret for one receiver, and opens what was sealed for us. */
export interface SecretSeal {
  seal(secret: Uint8Array, forKey: PublicKey): Uint8Array;
  /** Undefined if it was sealed for another receiver or was changed on the way. */
  open(sealed: Uint8Array): Uint8Array | undefined;
}

/** What the first 38 bytes say: enough to drop a replay or an own datagram before the signature costs anything. */
export interface Datagram {
  readonly type: ElectionMessageType;
  readonly header: ElectionHeader;
  /** All that the signature covers. */
  readonly signed: Uint8Array;
  readonly signKey: PublicKey;
  readonly signature: Uint8Array;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: DatagramRefusal };

const refused = (refusal: DatagramRefusal) => ({ ok: false, refusal }) as const;

const TYPE_OF = new Map(ELECTION_MESSAGE_TYPES.map((type) => [ELECTION_MESSAGES[type].code, type]));
const peer = hexField<PeerId>(10);
const boot = hexField<BootId>(8);

/**
 * The bytes of a message, signed. The secret of a WELCOME must already be sealed (`withSealedSecret`).
 * Returns a sentence instead if a value does not fit: a fault of the caller, worth a line in its log.
 */
export function sealDatagram(
  message: ElectionMessage,
  signer: DatagramSigner,
  group = OPEN_GROUP,
): Uint8Array | string {
  const body = new FieldWriter(ELECTION_DATAGRAM_BYTES_MAX - SIGNATURE_BYTES);
  body.u16(MAGIC).u8(DATAGRAM_VERSION).u8(rowOf(message).code).u32(group);
  peer.write(body, message.sender);
  boot.write(body, message.boot);
  u48.write(body, message.epoch);
  u48.write(body, message.seq);
  rowOf(message).body.write(body, message);
  body.padTo(padBytesOf(message) - DATAGRAM_SEAL_BYTES);
  body.hex(signer.signKey, SIGN_KEY_BYTES);
  const signed = body.finish();
  if (typeof signed === 'string') return `A ${message.type} cannot be written: ${signed}.`;
  const bytes = new Uint8Array(signed.length + SIGNATURE_BYTES);
  bytes.set(signed);
  bytes.set(signer.sign(signed), signed.length);
  return bytes;
}

/** Reads the header. Costs next to nothing and trusts nothing: the signature is not checked yet. */
export function readDatagram(bytes: Uint8Array, group = OPEN_GROUP): Result<Datagram> {
  if (bytes.length < DATAGRAM_BYTES_MIN || bytes.length > ELECTION_DATAGRAM_BYTES_MAX) {
    return refused('size');
  }
  const from = new FieldReader(bytes);
  if (from.u16() !== MAGIC) return refused('magic');
  if (from.u8() !== DATAGRAM_VERSION) return refused('version');
  const type = TYPE_OF.get(from.u8());
  if (from.u32() !== group) return refused('group');
  if (type === undefined) return refused('type');
  const header = {
    sender: peer.read(from),
    boot: boot.read(from),
    epoch: u48.read(from),
    seq: u48.read(from),
  };
  const end = bytes.length - SIGNATURE_BYTES;
  const signed = bytes.subarray(0, end);
  const signKey = hexOf(bytes.subarray(end - SIGN_KEY_BYTES, end)) as PublicKey;
  return { ok: true, value: { type, header, signed, signKey, signature: bytes.subarray(end) } };
}

/**
 * The message, once sender and signature hold. `zone` is the interface that it came in by.
 * A WELCOME still carries its secret sealed.
 */
export function openDatagram(
  datagram: Datagram,
  verifier: DatagramVerifier,
  zone = '',
): Result<ElectionMessage> {
  const { type, header, signed, signKey, signature } = datagram;
  if (verifier.peerOf(signKey) !== header.sender) return refused('sender');
  if (!verifier.verify(signKey, signed, signature)) return refused('signature');
  const bytes = signed.subarray(DATAGRAM_HEADER_BYTES, signed.length - SIGN_KEY_BYTES);
  const from = new FieldReader(bytes, zone);
  const body = rowOf({ type }).body.read(from);
  const message = { type, ...header, ...body } as ElectionMessage;
  if (!from.sound || contradictsItself(message)) return refused('body');
  // Unpadded, a question would be smaller than its answer (HOSTILE 14).
  if (signed.length + SIGNATURE_BYTES < padBytesOf(message)) return refused('body');
  return { ok: true, value: message };
}

/** Whether a message is void as a whole (S52): it speaks as a leader that is not its sender, or its list of standbys is impossible. */
export function contradictsItself(message: ElectionMessage): boolean {
  if (!('leader' in message) || rowOf(message).isLeadersOwn !== true) return false;
  if (message.leader?.peer !== message.sender || message.leader.boot !== message.boot) return true;
  return 'standbys' in message && namesItsLeaderTwice(message);
}

/** A leader is never its own standby (S48), and no two standbys share a name or an address (HOSTILE 11). */
function namesItsLeaderTwice(message: WelcomeMessage | BeatMessage): boolean {
  const places = message.standbys.map((each) => `${each.address.address} ${each.address.port}`);
  const peers = new Set(message.standbys.map((each) => each.peer));
  return (
    peers.size !== message.standbys.length ||
    new Set(places).size !== places.length ||
    peers.has(message.leader.peer)
  );
}

/** The message as it crosses the wire: the secret of a WELCOME sealed for `sealFor`. */
export function withSealedSecret(
  message: ElectionMessage,
  seal: SecretSeal,
  sealFor: PublicKey | null,
): ElectionMessage {
  if (message.type !== 'welcome') return message;
  const secret =
    sealFor === null ? new Uint8Array(SEALED_SECRET_BYTES) : seal.seal(message.secret, sealFor);
  return { ...message, secret };
}

/** The message as the election needs it: the secret of a WELCOME opened, or a refusal if it is not for us. */
export function withOpenSecret(
  message: ElectionMessage,
  seal: SecretSeal,
): Result<ElectionMessage> {
  if (message.type !== 'welcome') return { ok: true, value: message };
  const secret = seal.open(message.secret);
  return secret ? { ok: true, value: { ...message, secret } } : refused('secret');
}
