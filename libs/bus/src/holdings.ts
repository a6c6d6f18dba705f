/** What the transfer service publishes about the contents that it fetches or has fetched, and serves to others. */
import { fileHashSchema, kindSchema, revisionSchema, sizeSchema } from '@iwanto/wire';
import { z } from 'zod';
import { nothing } from './shapes.js';

/** Contents that one host can serve besides what it shares. */
export const HOLDINGS_MAX = 1_000;

export const holdingsSchema = z.object({
  revision: revisionSchema,
  holdings: z
    .array(
      z.object({
        hash: fileHashSchema,
        kind: kindSchema,
        name: z.string(),
        size: sizeSchema,
        /** Still being fetched: only what is there can be had. */
        partial: z.boolean(),
      }),
    )
    .max(HOLDINGS_MAX),
});
export type HeldContents = z.infer<typeof holdingsSchema>;

export const holdingsVerb = {
  owner: 'transfer',
  about: 'Contents that this host fetches or has fetched, and serves on.',
  question: nothing,
  answer: holdingsSchema,
  limitMs: 2_000,
} as const;

export const holdingsNews = {
  owner: 'transfer',
  about: 'A content is fetched, has been fetched, or is no longer there to be served on.',
  body: holdingsSchema,
  get: 'holdings.get',
} as const;
