/** The identities of the system as types of their own, so that a hash can never be passed for a peer. */
import { z } from 'zod';

/** A host: the first 10 bytes of SHA-256 of its long-term Ed25519 public key, as 20 hex characters. */
export type PeerId = string & { readonly __brand: 'PeerId' };

/** Characters of a peer id. */
export const PEER_ID_CHARACTERS = 20;

/** One start of one election service: 8 random bytes as 16 hex characters. */
export type BootId = string & { readonly __brand: 'BootId' };

/** The Merkle root of a file or a directory: 32 bytes as 64 hex characters. */
export type FileHash = string & { readonly __brand: 'FileHash' };

/** A CURVE or Ed25519 public key: 32 bytes as 64 hex characters. */
export type PublicKey = string & { readonly __brand: 'PublicKey' };

/** One life of a peer's catalogue: 8 random bytes as 16 hex characters; a new one means "forget what you knew". */
export type CatalogId = string & { readonly __brand: 'CatalogId' };

/** The first bytes of a requested connection: 16 random bytes as 32 hex characters. */
export type Ticket = string & { readonly __brand: 'Ticket' };

/** The shortest hash prefix that may be asked for, in hex characters. */
export const HASH_PREFIX_CHARACTERS_MIN = 8;

/** Only the type differs: a transform took longer than everything else about a list of hashes. */
const hex = <T extends string>(what: string, bytes: number) =>
  z
    .string()
    .regex(
      new RegExp(`^[0-9a-f]{${bytes * 2}}$`),
      `${what} has ${bytes * 2} of the characters 0-9 and a-f`,
    ) as unknown as z.ZodType<T, string>;

export const peerIdSchema = hex<PeerId>('a peer id', 10);
export const bootIdSchema = hex<BootId>('a boot id', 8);
export const fileHashSchema = hex<FileHash>('a hash', 32);
export const publicKeySchema = hex<PublicKey>('a public key', 32);
export const ticketSchema = hex<Ticket>('a ticket', 16);
export const catalogIdSchema = hex<CatalogId>('a catalogue id', 8);

/** A whole hash or an unambiguous beginning of one, in lower case. */
export const hashPrefixSchema = z
  .string()
  .regex(/^[0-9a-f]{8,64}$/, 'a hash has 8 to 64 of the characters 0-9 and a-f');
