/** The verbs that the indexer answers on the bus. */
import {
  QUERY_CHARACTERS_MAX,
  bookAnswerSchema,
  fileHashSchema,
  holdersAnswerSchema,
  holdersQuestionSchema,
  listAnswerSchema,
  listQuestionSchema,
  locateAnswerSchema,
  locateQuestionSchema,
  peerIdSchema,
  revisionSchema,
  searchAnswerSchema,
  searchQuestionSchema,
  sizeSchema,
} from '@iwanto/wire';
import { z } from 'zod';
import { peerCheckAnswerSchema, peerCheckQuestionSchema } from './network-shapes.js';
import {
  BUS_BYTES_MAX,
  CONTENTS_MAX,
  WANTS_MAX,
  bytesSchema,
  contentSchema,
  findableSchema,
  nothing,
  pathSchema,
  sharedSchema,
  wantSchema,
} from './shapes.js';
import { SHORT_MS, reloadOf, statusOf, stopOf, verb } from './verb-rows.js';

export const indexerVerbs = {
  'indexer.status': statusOf('indexer'),
  'indexer.stop': stopOf('indexer'),
  'indexer.reload': reloadOf('indexer'),
  search: verb({
    owner: 'indexer',
    about: "Ask the leader's tracker for names that fit.",
    question: searchQuestionSchema.extend({
      /** The query is the name of this content: if a group shares it, only members are asked. */
      beside: fileHashSchema.optional(),
    }),
    answer: searchAnswerSchema,
    limitMs: 5_000,
  }),
  locate: verb({
    owner: 'indexer',
    about: "Ask the leader's tracker what a hash names and who has it.",
    question: locateQuestionSchema.extend({
      /** Only members of groups are asked: what they share must not be named to the leader. */
      ofGroup: z.boolean().optional(),
    }),
    answer: locateAnswerSchema,
    limitMs: 5_000,
  }),
  book: verb({
    owner: 'indexer',
    about: "Ask the leader's tracker for every peer and how much it shares.",
    question: nothing,
    answer: bookAnswerSchema,
    limitMs: 5_000,
  }),
  'findable.get': verb({
    owner: 'indexer',
    about: 'Whether the leader finds what this host shares; this host checks it now and then.',
    question: nothing,
    answer: findableSchema,
    limitMs: SHORT_MS,
  }),
  'peer.check': verb({
    owner: 'indexer',
    about: 'Dial the TCP ports of another host, and ask it how it sees this one.',
    question: peerCheckQuestionSchema,
    answer: peerCheckAnswerSchema,
    limitMs: 10_000,
  }),
  holders: verb({
    owner: 'indexer',
    about:
      "Ask the leader's tracker which of these contents hosts on the LAN have, and which hosts.",
    question: holdersQuestionSchema,
    answer: holdersAnswerSchema,
    limitMs: 5_000,
  }),
  'want.add': verb({
    owner: 'indexer',
    about: 'Begin a standing search; with `get`, what it finds is fetched.',
    question: z.object({ query: z.string().min(1).max(QUERY_CHARACTERS_MAX), get: z.boolean() }),
    answer: wantSchema,
    limitMs: 5_000,
  }),
  'want.list': verb({
    owner: 'indexer',
    about: 'Every standing search of this host, and what each found.',
    question: nothing,
    answer: z.object({ wants: z.array(wantSchema).max(WANTS_MAX) }),
    limitMs: SHORT_MS,
  }),
  'want.remove': verb({
    owner: 'indexer',
    about: 'End a standing search.',
    question: z.object({ id: z.number().int() }),
    answer: wantSchema,
    limitMs: SHORT_MS,
  }),
  'peer.list': verb({
    owner: 'indexer',
    about: 'Ask a peer, or this host itself, what it shares in one folder.',
    question: listQuestionSchema.extend({ peer: peerIdSchema }),
    answer: listAnswerSchema,
    limitMs: 5_000,
  }),
  'share.get': verb({
    owner: 'indexer',
    about: 'What this host shares, and how far indexing has got.',
    question: nothing,
    answer: sharedSchema,
    limitMs: SHORT_MS,
  }),
  'share.add': verb({
    owner: 'indexer',
    about: 'Share one more folder, immediately and permanently.',
    question: z.object({ path: pathSchema, group: z.string().max(32).optional() }),
    answer: z.object({ path: z.string(), already: z.boolean(), group: z.string().optional() }),
    limitMs: 5_000,
  }),
  'share.remove': verb({
    owner: 'indexer',
    about: 'Stop sharing a folder, immediately; nothing on disk changes.',
    question: z.object({ path: pathSchema }),
    answer: z.object({ path: z.string() }),
    limitMs: 5_000,
  }),
  'share.rescan': verb({
    owner: 'indexer',
    about: 'Compare every shared folder with the catalogue; with `full`, hash everything again.',
    question: z.object({ full: z.boolean().default(false) }),
    answer: z.object({ revision: revisionSchema }),
    limitMs: 5_000,
  }),
  'content.find': verb({
    owner: 'indexer',
    about:
      'Where shared contents are stored on this host. A content that is not shared is left out; if a file is no longer as it was hashed, it is looked at immediately.',
    question: z.object({ hashes: z.array(fileHashSchema).min(1).max(CONTENTS_MAX) }),
    answer: z.object({ contents: z.array(contentSchema).max(CONTENTS_MAX) }),
    limitMs: SHORT_MS,
  }),
  'content.digests': verb({
    owner: 'indexer',
    about: 'Piece digests of a shared file, 32 bytes each, one after the other.',
    question: z.object({
      hash: fileHashSchema,
      first: z.number().int().min(0),
      count: z
        .number()
        .int()
        .min(1)
        .max(BUS_BYTES_MAX / 32),
    }),
    answer: z.object({ digests: bytesSchema }),
    limitMs: SHORT_MS,
  }),
  'content.manifest': verb({
    owner: 'indexer',
    about: 'Bytes of the manifest of a shared directory, from an offset on.',
    question: z.object({ hash: fileHashSchema, offset: sizeSchema }),
    answer: z.object({ bytes: bytesSchema, manifestBytes: sizeSchema }),
    limitMs: SHORT_MS,
  }),
} as const;
