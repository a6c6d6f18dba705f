/** What two hosts ask each other to find out what is between them. */
import { z } from 'zod';
import { addressSchema, portSchema } from './endpoint.js';
import { peerIdSchema } from './ids.js';

/** The largest filling of a checkup, in bytes: many packets of any size, well below a message. */
export const CHECKUP_FILLING_BYTES_MAX = 65_536;
const fillingSchema = z
  .instanceof(Uint8Array)
  .refine((bytes) => bytes.length <= CHECKUP_FILLING_BYTES_MAX);

/** What became of one attempt to open a TCP connection. */
export const reachSchema = z.enum(['open', 'refused', 'silent', 'unreachable', 'untried']);
export type Reach = z.infer<typeof reachSchema>;

const msAgoSchema = z.number().min(0).nullable();

export const checkupAnswerSchema = z.object({
  version: z.string().max(64),
  /** The clock of the asked host, in ms since 1970. */
  wallClockMs: z.number().int(),
  /** When datagrams of the asker last arrived there; null for never. */
  multicastMsAgo: msAgoSchema,
  unicastMsAgo: msAgoSchema,
  /** The address and netmask on the link over which the asker is seen; null if none fits. */
  link: z
    .object({ address: addressSchema, prefixBits: z.number().int().min(0).max(128) })
    .nullable(),
  /** Whether the TCP ports of the asker can be dialled from there. */
  indexerPort: reachSchema,
  transferPort: reachSchema,
  /** The same for its data port; absent from an earlier version, or if the question does not name that port. */
  dataPort: reachSchema.optional(),
  /** Where the asked host sends pieces from; absent from an earlier version, or while its transfer service does not run. */
  ownDataPort: portSchema.optional(),
  /** The filling of the question, sent back. */
  filling: fillingSchema,
});
export type CheckupAnswer = z.infer<typeof checkupAnswerSchema>;

export const checkupQuestionSchema = z.object({
  peer: peerIdSchema,
  /** Where the asker sends pieces from; the election does not announce that port. */
  dataPort: portSchema.optional(),
  filling: fillingSchema,
});
export type CheckupQuestion = z.infer<typeof checkupQuestionSchema>;
