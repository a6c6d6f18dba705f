/** A search and its answer, between the services of a host and between hosts. */
import { z } from 'zod';
import { PEER_NAME_BYTES_MAX } from './endpoint.js';
import { fileHashSchema, peerIdSchema } from './ids.js';
import { COMPONENT_BYTES_MAX, PATH_BYTES_MAX } from './limits.js';
import { kindSchema, sizeSchema } from './sizes.js';

/** The longest accepted query, in characters: a pasted path fits; its end is what is searched for (HOSTILE 54). */
export const QUERY_CHARACTERS_MAX = 4_096;
export const SEARCH_LIMIT_DEFAULT = 20;
/** Names shown when nothing fits. */
export const SIMILAR_MAX = 5;
/** Peers and other names that a result mentions. */
export const WHERE_PEERS_MAX = 4;
export const OTHER_NAMES_MAX = 3;
/** The most results one search may ask for (HOSTILE 55). */
export const SEARCH_LIMIT_MAX = 10_000;
/** Trusted peers that one question may name. */
export const TRUSTED_NAMED_MAX = 32;

export const searchTypes = [
  'video',
  'audio',
  'image',
  'document',
  'archive',
  'code',
  'folder',
] as const;
export type SearchType = (typeof searchTypes)[number];
export const searchSorts = ['fit', 'size', 'date', 'peers', 'name'] as const;
export type SearchSort = (typeof searchSorts)[number];

/** Filters for results, besides a matching name; an omitted part filters nothing. */
export const searchFiltersSchema = z.object({
  types: z.array(z.enum(searchTypes)).max(searchTypes.length).optional(),
  /** Without dot, in small letters. */
  extensions: z.array(z.string().min(1).max(32)).max(32).optional(),
  sizeMin: sizeSchema.optional(),
  sizeMax: sizeSchema.optional(),
  /** Changed at or after, and at or before, in ms since 1970. */
  modifiedFromMs: z.number().min(0).optional(),
  modifiedToMs: z.number().min(0).optional(),
  /** The name or the id of a peer that must have it. */
  peer: z.string().min(1).max(256).optional(),
  /** Whether the asking peer itself must have it or must not. */
  holding: z.enum(['mine', 'missing']).optional(),
  /** Who asks: filled in by the peer's own indexer. */
  asker: peerIdSchema.optional(),
  /** Peers of which one must have it, and which are named first: filled in by the peer's own indexer, which trusts them. */
  heldBy: z.array(peerIdSchema).max(TRUSTED_NAMED_MAX).optional(),
});
export type SearchFilters = z.infer<typeof searchFiltersSchema>;

export const searchQuestionSchema = z.object({
  query: z.string().min(1).max(QUERY_CHARACTERS_MAX),
  limit: z.number().int().min(1).max(SEARCH_LIMIT_MAX).default(SEARCH_LIMIT_DEFAULT),
  filters: searchFiltersSchema.optional(),
  sort: z.enum(searchSorts).optional(),
  /** Whether what departed peers had is shown as well, below all else. */
  withLeft: z.boolean().optional(),
});
export type SearchQuestion = z.infer<typeof searchQuestionSchema>;

/** The last component of a path: a tracker keeps no longer ones. */
export const nameSchema = z.string().max(COMPONENT_BYTES_MAX);

/** Some of the peers that have, or had, a content. */
const somePeersSchema = z
  .array(z.object({ peer: peerIdSchema, name: z.string().max(PEER_NAME_BYTES_MAX) }))
  .max(WHERE_PEERS_MAX);

export const searchResultSchema = z.object({
  hash: fileHashSchema,
  kind: kindSchema,
  /** The best match among the names that the content has. */
  name: nameSchema,
  size: sizeSchema,
  /** How many peers hold it. */
  peers: z.number().int().min(0),
  /** Between 0 and 1; 1 is the name as typed. */
  score: z.number().min(0).max(1),
  /** True if the name does not match and is only similar to what was asked for. */
  similar: z.boolean(),
  /** When it was last changed, in ms since 1970, if that is known. */
  modifiedMs: z.number().min(0).nullable(),
  /** Where it is. */
  where: z.object({
    /** The folder of that name, share-relative; empty for a shared folder itself. */
    folder: z.string().max(PATH_BYTES_MAX),
    /** The shortest end of `folder` that no other result of the same name has. */
    short: z.string().max(PATH_BYTES_MAX),
    /** Some of the peers that hold it. */
    peers: somePeersSchema,
  }),
  /** Other names that it has. */
  otherNames: z.array(nameSchema).max(OTHER_NAMES_MAX),
  /** The position of the result that this one belongs to: a folder to its film, a copy to its twin; else its own. */
  group: z.number().int().min(0),
  /** Only if no peer that is online holds it: who had it, and how long ago the last of them left. */
  seen: z
    .object({
      secondsAgo: z.number().int().min(0),
      peers: somePeersSchema,
    })
    .optional(),
  /** The group of the asking host whose members share it, and nobody else. */
  inGroup: z.string().max(32).optional(),
});
export type SearchResult = z.infer<typeof searchResultSchema>;

export const searchAnswerSchema = z.object({
  results: z.array(searchResultSchema).max(SEARCH_LIMIT_MAX),
  /** How many contents match, shown or not. */
  total: z.number().int().min(0),
  /** True when there may be more than `total`. */
  totalIsLeast: z.boolean(),
  /** True when nothing matches and the results are only similar to what was asked for. */
  similar: z.boolean(),
  /** The peer whose tracker answered. */
  leader: peerIdSchema,
  /** True when peers are known whose catalogue the tracker does not have yet. */
  partial: z.boolean(),
});
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;

/** The same from another host: what a group shares is known from its sealed answers only (HOSTILE 208). */
export const trackerSearchSchema = searchAnswerSchema.extend({
  results: z.array(searchResultSchema.omit({ inGroup: true })).max(SEARCH_LIMIT_MAX),
});

/** What is wrong with an answer to this question. What no peer that is online holds does not count in `total`. */
export function searchFault(
  { limit }: z.output<typeof searchQuestionSchema>,
  { results, total }: SearchAnswer,
): string | undefined {
  if (results.length > limit)
    return `it has ${results.length} results where ${limit} were asked for`;
  const held = results.filter(({ seen }) => seen === undefined).length;
  return held > total ? `it has ${held} results of ${total}` : undefined;
}
