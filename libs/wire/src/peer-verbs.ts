/** The messages between the indexers of two hosts, defined once: announce, search, locate, book. */
import { z } from 'zod';
import { checkupAnswerSchema, checkupQuestionSchema } from './checkup.js';
import { addressSchema, portSchema } from './endpoint.js';
import {
  catalogIdSchema,
  fileHashSchema,
  hashPrefixSchema,
  peerIdSchema,
  publicKeySchema,
} from './ids.js';
import { GROUP_QUESTION_BYTES_MAX } from './group-questions.js';
import { PATH_BYTES_MAX } from './limits.js';
import {
  addedAnswerSchema,
  addedQuestionSchema,
  holdersAnswerSchema,
  holdersFault,
  holdersQuestionSchema,
  listAnswerSchema,
  listQuestionSchema,
  ownAnswerSchema,
  ownQuestionSchema,
} from './browse-questions.js';
import { kindSchema, revisionSchema, sizeSchema } from './sizes.js';
import {
  nameSchema,
  searchFault,
  searchQuestionSchema,
  trackerSearchSchema,
} from './search-question.js';
import type { DearVerb, VerbRow } from './verb.js';

/** The largest message between two indexers, in bytes. */
export const PEER_MESSAGE_BYTES_MAX = 1_048_576;
/** Entries in one announcement: a larger change is sent in several. */
export const ANNOUNCE_ENTRIES_MAX = 2_000;
/** Holders named in one answer to `locate`. */
export const HOLDERS_MAX = 256;
/** Other claims about one hash in an answer to `locate`, and holders of each. */
export const OTHER_CLAIMS_MAX = 7;
export const OTHER_HOLDERS_MAX = 32;
/** Peers listed in one answer to `book`. */
export const BOOK_PEERS_MAX = 4_096;

/** One line of a peer's catalogue, as the tracker needs it. */
export const catalogueEntrySchema = z.object({
  /** `<shared folder's name>/<path in it>`, `/` separators, NFC; never an absolute path. */
  path: z.string().min(1).max(PATH_BYTES_MAX),
  kind: kindSchema,
  hash: fileHashSchema,
  /** Bytes of the file, or of all files below the directory. */
  size: sizeSchema,
  /** When the file was last changed, in ms since 1970. */
  modifiedMs: z.number().min(0).optional(),
  /** Its peer is still fetching it: it can send what it has, but does not count as a holder. */
  partial: z.boolean().optional(),
});
export type CatalogueEntry = z.infer<typeof catalogueEntrySchema>;

/**
 * A change of a peer's catalogue, from revision `since` to `revision`.
 * `since` 0 means the whole catalogue; a whole catalogue too large for one message comes in parts,
 * each with `since` equal to the `revision` of the part before and `more` true on all but the last.
 */
export const announcementSchema = z.object({
  peer: peerIdSchema,
  catalogId: catalogIdSchema,
  since: revisionSchema,
  revision: revisionSchema,
  more: z.boolean(),
  entries: z.array(catalogueEntrySchema).max(ANNOUNCE_ENTRIES_MAX),
  /** Paths that are gone. */
  gone: z.array(z.string().min(1).max(PATH_BYTES_MAX)).max(ANNOUNCE_ENTRIES_MAX),
});
export type Announcement = z.infer<typeof announcementSchema>;

export const holderSchema = z.object({
  peer: peerIdSchema,
  address: addressSchema,
  /** TCP port of its transfer service. */
  port: portSchema,
  curveKey: publicKeySchema,
  /** The group that shares it; only ever set by this host itself, for its own services. */
  group: z.string().max(32).optional(),
});
export type Holder = z.infer<typeof holderSchema>;

export const locateQuestionSchema = z.object({ hash: hashPrefixSchema });
/** What some peers claim a content to be. */
export const claimSchema = z.object({
  kind: kindSchema,
  size: sizeSchema,
  holders: z.array(holderSchema).max(HOLDERS_MAX),
});
export type Claim = z.infer<typeof claimSchema>;
export const locateAnswerSchema = claimSchema.extend({
  hash: fileHashSchema,
  name: nameSchema,
  /** If peers contradict each other about one hash, the other claims. At most one is true. */
  others: z.array(claimSchema).max(OTHER_CLAIMS_MAX).optional(),
});
export type LocateAnswer = z.infer<typeof locateAnswerSchema>;

/** The same from another host: who shares something with a group is known from its sealed answers only (HOSTILE 208). */
const foreignHolders = z.array(holderSchema.omit({ group: true })).max(HOLDERS_MAX);
const trackerLocateSchema = locateAnswerSchema.extend({
  holders: foreignHolders,
  others: z
    .array(claimSchema.extend({ holders: foreignHolders }))
    .max(OTHER_CLAIMS_MAX)
    .optional(),
});

const locateFault = (
  { hash: asked }: z.output<typeof locateQuestionSchema>,
  { hash }: LocateAnswer,
): string | undefined => (hash.startsWith(asked) ? undefined : `it names ${hash}, not ${asked}`);

export const bookAnswerSchema = z.object({
  leader: peerIdSchema,
  peers: z
    .array(z.object({ peer: peerIdSchema, address: addressSchema, files: z.number().int().min(0) }))
    .max(BOOK_PEERS_MAX),
});
export type BookAnswer = z.infer<typeof bookAnswerSchema>;

const heldSchema = z.object({
  catalogId: catalogIdSchema.nullable(),
  revision: revisionSchema,
  /** Entries that the tracker has no space for. */
  leftOut: z.number().int().min(0).optional(),
});

const row = <Q extends z.ZodType, A extends z.ZodType>(verb: VerbRow<Q, A>) => verb;
const dear = <Q extends z.ZodType, A extends z.ZodType>(verb: VerbRow<Q, A> & DearVerb) => verb;

/** Served by every indexer; all but `announce`, `announced`, `list`, `own`, `group` and `checkup` are refused with E_NOT_LEADER by one that is neither leader nor first standby. */
export const peerVerbs = {
  announce: dear({
    inTurns: true,
    about:
      "A peer announces the changes of its catalogue to leader and standby, signed with the peer's key.",
    question: z.object({
      signKey: publicKeySchema,
      signature: z.instanceof(Uint8Array).refine((bytes) => bytes.length === 64),
      /** The msgpack bytes of an Announcement: signed as they are, parsed only when the signature holds. */
      announcement: z.instanceof(Uint8Array),
    }),
    /** What the tracker holds now; less than what was sent means: continue from there. */
    answer: heldSchema,
    limitMs: 5_000,
  }),
  announced: row({
    about: 'Up to which revision of which catalogue the tracker holds the asking peer.',
    question: z.object({ peer: peerIdSchema }),
    answer: heldSchema,
    limitMs: 2_000,
  }),
  search: dear({
    inTurns: true,
    about: 'Contents whose names fit the query, best first.',
    question: searchQuestionSchema,
    answer: trackerSearchSchema,
    limitMs: 2_000,
    fault: searchFault,
  }),
  locate: dear({
    inTurns: true,
    about: 'What a hash or a hash prefix names, and who has it.',
    question: locateQuestionSchema,
    answer: trackerLocateSchema,
    limitMs: 2_000,
    fault: locateFault,
  }),
  book: row({
    about: 'Every peer the tracker knows, and how many files each shares.',
    question: z.object({}),
    answer: bookAnswerSchema,
    limitMs: 2_000,
  }),
  checkup: row({
    about: 'How the asked host sees the asker: what was heard of it and whether it can be dialled.',
    question: checkupQuestionSchema,
    answer: checkupAnswerSchema,
    limitMs: 4_000,
  }),
  holders: row({
    about: 'Which of these contents are shared, by whom, and under which names.',
    question: holdersQuestionSchema,
    answer: holdersAnswerSchema,
    limitMs: 2_000,
    fault: holdersFault,
  }),
  added: row({
    about: 'What peers announced since the last question, for the wants of the asking host.',
    question: addedQuestionSchema,
    answer: addedAnswerSchema,
    limitMs: 2_000,
  }),
  list: row({
    about: 'What the asked peer itself shares in one folder, by name; every peer answers.',
    question: listQuestionSchema,
    answer: listAnswerSchema,
    limitMs: 2_000,
  }),
  own: row({
    about: 'Whether the asked peer itself has the whole of a content; every peer answers.',
    question: ownQuestionSchema,
    answer: ownAnswerSchema,
    limitMs: 2_000,
  }),
  group: row({
    about:
      'A question of a group, sealed under its key; every peer answers, with E_NOT_FOUND if it is not a member.',
    question: z.object({
      sealed: z
        .instanceof(Uint8Array)
        .refine(({ length }) => length <= GROUP_QUESTION_BYTES_MAX, 'is too long'),
    }),
    answer: z.object({ sealed: z.instanceof(Uint8Array) }),
    limitMs: 2_000,
  }),
} as const;

export type PeerVerbs = typeof peerVerbs;
