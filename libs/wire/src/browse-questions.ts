/** Who holds contents, what a folder of a peer has, and what is new: questions for browsing beside the search. */
import { z } from 'zod';
import { fileHashSchema, peerIdSchema } from './ids.js';
import { COMPONENT_BYTES_MAX, PATH_BYTES_MAX } from './limits.js';
import { TRUSTED_NAMED_MAX } from './search-question.js';
import { kindSchema, sizeSchema } from './sizes.js';

/** Hashes that one question about holders may name. */
export const HOLDERS_QUESTION_MAX = 1_000;
/** Peers and names that one content is answered with; more are counted. */
export const HOLDERS_NAMED_MAX = 8;
export const NAMES_MAX = 3;

export const holdersQuestionSchema = z.object({
  hashes: z.array(fileHashSchema).min(1).max(HOLDERS_QUESTION_MAX),
  /** Peers that are named before others: filled in by the peer's own indexer, which trusts them. */
  first: z.array(peerIdSchema).max(TRUSTED_NAMED_MAX).optional(),
});
export type HoldersQuestion = z.infer<typeof holdersQuestionSchema>;
export const holdersAnswerSchema = z.object({
  /** Only contents that somebody shares, in the order of the question. */
  contents: z
    .array(
      z.object({
        hash: fileHashSchema,
        names: z.array(z.string().max(COMPONENT_BYTES_MAX)).max(NAMES_MAX),
        peers: z.array(peerIdSchema).max(HOLDERS_NAMED_MAX),
        /** How many peers share it, named or not. */
        count: z.number().int().min(1),
      }),
    )
    .max(HOLDERS_QUESTION_MAX),
});
export type HoldersAnswer = z.infer<typeof holdersAnswerSchema>;

/** Only what was asked for, each once, and no more peers than the count. */
export function holdersFault(
  { hashes }: z.output<typeof holdersQuestionSchema>,
  { contents }: HoldersAnswer,
): string | undefined {
  const asked = new Set(hashes);
  for (const { hash, peers, count } of contents) {
    if (!asked.delete(hash)) return `${hash} was not asked for, or comes twice`;
    if (peers.length > count) return `it names ${peers.length} holders of ${count}`;
  }
  return undefined;
}

export const ownQuestionSchema = z.object({ hash: fileHashSchema });
export const ownAnswerSchema = z.object({
  /** Null if the asked peer does not have the whole of it. */
  content: z
    .object({
      kind: kindSchema,
      size: sizeSchema,
      name: z.string().max(COMPONENT_BYTES_MAX),
    })
    .nullable(),
});
export type OwnContent = NonNullable<z.infer<typeof ownAnswerSchema>['content']>;

/** Entries in one answer to `list`. */
export const LIST_ENTRIES_MAX = 500;

export const listQuestionSchema = z.object({
  /** `<shared folder's name>/<path in it>`; empty for the shared folders themselves. */
  path: z.string().max(PATH_BYTES_MAX),
  /** The last name of the answer before; empty at the beginning. */
  after: z.string().max(PATH_BYTES_MAX),
});
export const listAnswerSchema = z.object({
  entries: z
    .array(
      z.object({
        name: z.string().max(PATH_BYTES_MAX),
        kind: kindSchema,
        /** Bytes of the file, or of all files below the directory. */
        size: sizeSchema,
        files: z.number().int().min(0),
        /** Null while it is not hashed yet. */
        hash: fileHashSchema.nullable(),
      }),
    )
    .max(LIST_ENTRIES_MAX),
  /** True when there are more: ask again, after the last name. */
  more: z.boolean(),
});
export type ListAnswer = z.infer<typeof listAnswerSchema>;

/** Entries in one answer to `added`. */
export const ADDED_ENTRIES_MAX = 500;

export const addedQuestionSchema = z.object({
  /** The tracker that was asked before, as it named itself; empty at the beginning. */
  id: z.string().max(64),
  /** The next number that it gave. */
  since: z.number().int().min(0),
});
export const addedEntrySchema = z.object({
  path: z.string().min(1).max(PATH_BYTES_MAX),
  kind: kindSchema,
  hash: fileHashSchema,
  size: sizeSchema,
});
export type AddedEntry = z.infer<typeof addedEntrySchema>;
export const addedAnswerSchema = z.object({
  id: z.string().max(64),
  next: z.number().int().min(0),
  entries: z.array(addedEntrySchema).max(ADDED_ENTRIES_MAX),
  /** True if more was added since than is kept, or another tracker answers: then a search is needed. */
  lost: z.boolean(),
});
export type AddedAnswer = z.infer<typeof addedAnswerSchema>;
