/** The shapes of how peers are reached, and of what a host relays between others. */
import { peerIdSchema, sizeSchema } from '@iwanto/wire';
import { z } from 'zod';

/** Peers whose ways are remembered. */
export const WAYS_MAX = 256;

export const waySchema = z.object({
  peer: peerIdSchema,
  /** `closed`: no way succeeded. */
  way: z.enum(['direct', 'reversed', 'relayed', 'closed']),
  /** Who relays. */
  relay: peerIdSchema.nullable(),
});
export type WaySeen = z.infer<typeof waySchema>;

export const relayingSchema = z.object({
  isOn: z.boolean(),
  /** Between other peers, now. */
  connections: z.number().int().min(0),
  /** Since the service started, in both directions. */
  bytes: sizeSchema,
});
export type Relaying = z.infer<typeof relayingSchema>;
