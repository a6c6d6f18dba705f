/** Where a peer can be reached and with which key: what every beacon carries and every service needs. */
import { z } from 'zod';
import { addressBytes, isWrittenAddress } from './ip-address.js';
import { peerIdSchema, publicKeySchema } from './ids.js';

/** The longest host name a peer may show, in UTF-8 bytes. */
export const PEER_NAME_BYTES_MAX = 32;

/** A TCP or UDP port; 0 means that the service behind it is not up. */
export const portSchema = z.number().int().min(0).max(65_535);

/** An IPv4 or IPv6 address in its usual text form, without a port; a link-local one with its zone (`%eth0`). */
export const addressSchema = z
  .string()
  .min(2)
  .max(64)
  .refine(isWrittenAddress, { error: 'it is not an IP address in its usual form' });

/** The longest name that DNS can carry. */
const HOST_CHARACTERS_MAX = 253;

/** A host that a user names: a name that can be looked up, or an address. */
export const hostSchema = z.string().min(1).max(HOST_CHARACTERS_MAX).refine(isHost, {
  error: 'a host is an address, or a name of letters, digits, dots and hyphens',
});

/** True for a name that can be looked up, and for an address. */
export function isHost(text: string): boolean {
  const [bare = ''] = text.split('%');
  return /^[\w.-]+$/.test(text) || addressBytes(bare) !== undefined;
}

export const endpointSchema = z.object({
  /** The address as the receiver of the beacon saw it. */
  address: addressSchema,
  /** UDP port of the election service's unicast socket. */
  electionPort: portSchema,
  /** TCP port of the indexer (peer verbs). */
  indexerPort: portSchema,
  /** TCP port of the transfer service (piece frames). */
  transferPort: portSchema,
  /** CURVE public key of the host, for both TCP ports. */
  curveKey: publicKeySchema,
  /** Host name, only for people. */
  name: z.string().max(PEER_NAME_BYTES_MAX),
});

export type Endpoint = z.infer<typeof endpointSchema>;

export const peerSchema = endpointSchema.extend({ peer: peerIdSchema });

/** A peer and where it can be reached. */
export type Peer = z.infer<typeof peerSchema>;
