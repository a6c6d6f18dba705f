/** What `iwanto status` and `iwanto top` answer with --json: the whole picture. */
import {
  SERVICES,
  downloadSchema,
  findableSchema,
  mappingSchema,
  serviceStatusSchema,
  sharedSchema,
  verbs,
} from '@iwanto/bus';
import { peerIdSchema } from '@iwanto/wire';
import { z } from 'zod';

export const count = z.number().int().min(0);
export const shares = sharedSchema.pick({
  ...{ folders: true, files: true, bytes: true, indexing: true },
});

const member = z.strictObject({
  peer: peerIdSchema,
  name: z.string(),
  address: z.string(),
  files: count.nullable(),
  roundTripMs: z.number().nullable(),
});
export const picture = z.strictObject({
  peer: peerIdSchema.nullable(),
  name: z.string().nullable(),
  role: z.enum(['leader', 'standby', 'follower', 'joining']).nullable(),
  leader: peerIdSchema.nullable(),
  leaderName: z.string().nullable(),
  epoch: count.nullable(),
  peers: z.array(member),
  downloads: z.array(downloadSchema),
  shared: shares.nullable(),
  fetched: count,
  findable: findableSchema.shape.findable,
  services: z.record(z.enum(SERVICES), z.enum(['ready', 'starting', 'stopped'])),
  details: z.array(serviceStatusSchema),
  relaying: verbs['ways.get'].answer.shape.relaying.nullable(),
  mapping: mappingSchema.nullable(),
  troubles: z.array(z.string()),
});
export const verdict = z.strictObject({
  level: z.enum(['ok', 'warning', 'broken']),
  sentence: z.string(),
});
