/**
 * Every word spoken between the processes of one host, once: the news each service tells
 * and the verbs each service answers. Types, payload checks and docs/bus.md follow from it.
 */
import {
  type VerbRow,
  bookAnswerSchema,
  fileHashSchema,
  hashPrefixSchema,
  locateAnswerSchema,
  locateQuestionSchema,
  peerIdSchema,
  portSchema,
  publicKeySchema,
  revisionSchema,
  searchAnswerSchema,
  searchQuestionSchema,
  sizeSchema,
} from '@iwanto/wire';
import { z } from 'zod';
import { networkSchema, peerCheckAnswerSchema, peerCheckQuestionSchema } from './network-shapes.js';
import {
  BUS_BYTES_MAX,
  CONTENTS_MAX,
  DOWNLOADS_MAX,
  type ServiceName,
  bytesSchema,
  contentSchema,
  downloadSchema,
  leadershipSchema,
  nothing,
  pathSchema,
  peersSchema,
  serviceStatusSchema,
  sharedSchema,
} from './shapes.js';

const SHORT_MS = 2_000;

interface Owned<S extends ServiceName> {
  readonly owner: S;
}
/** Keeps the literal types of a row, so that questions, answers and owners are typed by name. */
const verb = <S extends ServiceName, Q extends z.ZodType, A extends z.ZodType>(
  row: VerbRow<Q, A> & Owned<S>,
) => row;

const statusOf = <S extends ServiceName>(owner: S) =>
  verb({
    owner,
    about: `How the ${owner} service is.`,
    question: nothing,
    answer: serviceStatusSchema,
    limitMs: SHORT_MS,
  });
const stopOf = <S extends ServiceName>(owner: S) =>
  verb({
    owner,
    about: `Stop the ${owner} service in order; it answers first.`,
    question: nothing,
    answer: nothing,
    limitMs: SHORT_MS,
  });

export const verbs = {
  'election.status': statusOf('election'),
  'election.stop': stopOf('election'),
  'leader.get': verb({
    owner: 'election',
    about: 'Who leads, and what this host is.',
    question: nothing,
    answer: leadershipSchema,
    limitMs: SHORT_MS,
  }),
  'peers.get': verb({
    owner: 'election',
    about: 'Every peer this host knows.',
    question: nothing,
    answer: peersSchema,
    limitMs: SHORT_MS,
  }),
  'peers.add': verb({
    owner: 'election',
    about: 'Remember the address of a peer that multicast does not reach, for good.',
    question: z.object({ host: z.string().min(1).max(253), port: portSchema.optional() }),
    answer: z.object({ address: z.string(), port: portSchema }),
    limitMs: 5_000,
  }),
  'network.get': verb({
    owner: 'election',
    about: 'The interfaces in use, and which hosts were heard over them.',
    question: nothing,
    answer: networkSchema,
    limitMs: SHORT_MS,
  }),

  'indexer.status': statusOf('indexer'),
  'indexer.stop': stopOf('indexer'),
  search: verb({
    owner: 'indexer',
    about: "Ask the leader's tracker for names that fit.",
    question: searchQuestionSchema,
    answer: searchAnswerSchema,
    limitMs: 5_000,
  }),
  locate: verb({
    owner: 'indexer',
    about: "Ask the leader's tracker what a hash names and who has it.",
    question: locateQuestionSchema,
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
  'peer.check': verb({
    owner: 'indexer',
    about: 'Dial the TCP ports of another host, and ask it how it sees this one.',
    question: peerCheckQuestionSchema,
    answer: peerCheckAnswerSchema,
    limitMs: 10_000,
  }),
  'share.get': verb({
    owner: 'indexer',
    about: 'What this host shares, and how far indexing is.',
    question: nothing,
    answer: sharedSchema,
    limitMs: SHORT_MS,
  }),
  'share.add': verb({
    owner: 'indexer',
    about: 'Share one more folder, for good, at once.',
    question: z.object({ path: pathSchema }),
    answer: z.object({ path: z.string(), already: z.boolean() }),
    limitMs: 5_000,
  }),
  'share.remove': verb({
    owner: 'indexer',
    about: 'Share a folder no longer, at once; nothing on disk changes.',
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
    about: 'Where on this host shared contents lie; one that is not shared is left out.',
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

  'transfer.status': statusOf('transfer'),
  'transfer.stop': stopOf('transfer'),
  'download.start': verb({
    owner: 'transfer',
    about: 'Fetch a content by its hash, or go on where an earlier run stopped.',
    question: z.object({
      hash: hashPrefixSchema,
      /** The folder it goes to; the download folder when left out. */
      to: pathSchema.optional(),
      overwrite: z.boolean().default(false),
    }),
    answer: downloadSchema,
    limitMs: 10_000,
  }),
  'download.get': verb({
    owner: 'transfer',
    about: 'How far one download is.',
    question: z.object({ id: z.string().max(64) }),
    answer: downloadSchema,
    limitMs: SHORT_MS,
  }),
  'download.list': verb({
    owner: 'transfer',
    about: 'Every download of this run, and those that can be resumed.',
    question: nothing,
    answer: z.object({ downloads: z.array(downloadSchema).max(DOWNLOADS_MAX) }),
    limitMs: SHORT_MS,
  }),
  'download.cancel': verb({
    owner: 'transfer',
    about: 'Stop a download; what is verified stays for a later resume unless `forget` is set.',
    question: z.object({ id: z.string().max(64), forget: z.boolean().default(false) }),
    answer: downloadSchema,
    limitMs: SHORT_MS,
  }),
  'download.clear': verb({
    owner: 'transfer',
    about: 'Take ended downloads off the list, and name them; what can be resumed stays.',
    question: nothing,
    answer: z.object({ downloads: z.array(downloadSchema).max(DOWNLOADS_MAX) }),
    limitMs: SHORT_MS,
  }),
  'folder.get': verb({
    owner: 'transfer',
    about: 'The folder downloads go to.',
    question: nothing,
    answer: z.object({ path: z.string() }),
    limitMs: SHORT_MS,
  }),
  'folder.set': verb({
    owner: 'transfer',
    about: 'Let downloads go to another folder from now on, for good.',
    question: z.object({ path: pathSchema }),
    answer: z.object({ path: z.string() }),
    limitMs: SHORT_MS,
  }),
} as const;

export type Verbs = typeof verbs;
export type VerbName = keyof Verbs;
/** The verbs one service must supply: a missing one does not compile. */
export type VerbsOf<S extends ServiceName> = {
  [V in VerbName as Verbs[V]['owner'] extends S ? V : never]: Verbs[V];
};

export interface NewsRow<B extends z.ZodType = z.ZodType, S extends ServiceName = ServiceName> {
  readonly owner: S;
  readonly about: string;
  readonly body: B;
  /** The verb that tells the present state to a late starter; none for news without a state. */
  readonly get?: VerbName;
}
const tell = <B extends z.ZodType, S extends ServiceName>(row: NewsRow<B, S>) => row;

export const news = {
  'leader.changed': tell({
    owner: 'election',
    about: 'Leader, epoch, role or successors changed.',
    body: leadershipSchema,
    get: 'leader.get',
  }),
  'peers.changed': tell({
    owner: 'election',
    about: 'A peer came, went or moved.',
    body: peersSchema,
    get: 'peers.get',
  }),
  'election.changed': tell({
    owner: 'election',
    about: 'The election service became ready or got another port.',
    body: serviceStatusSchema,
    get: 'election.status',
  }),
  'indexer.changed': tell({
    owner: 'indexer',
    about: 'The indexer became ready or got another port.',
    body: serviceStatusSchema,
    get: 'indexer.status',
  }),
  'share.changed': tell({
    owner: 'indexer',
    about: 'The catalogue of this host has a new revision, or indexing went on.',
    body: sharedSchema,
    get: 'share.get',
  }),
  'leaderLine.lost': tell({
    owner: 'indexer',
    about: 'The TCP line to the leader broke: a hint for the election, no proof.',
    body: z.object({ leader: peerIdSchema, curveKey: publicKeySchema }),
  }),
  'transfer.changed': tell({
    owner: 'transfer',
    about: 'The transfer service became ready or got another port.',
    body: serviceStatusSchema,
    get: 'transfer.status',
  }),
  'download.progressed': tell({
    owner: 'transfer',
    about: 'A download went on, ended or failed.',
    body: downloadSchema,
  }),
} as const;

export type News = typeof news;
export type Topic = keyof News;
export type NewsBody<T extends Topic> = z.infer<News[T]['body']>;
/** The topics one service may publish. */
export type TopicsOf<S extends ServiceName> = {
  [T in Topic]: News[T]['owner'] extends S ? T : never;
}[Topic];
