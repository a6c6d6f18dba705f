/**
 * Every message between the processes of one host, defined once: the news each service publishes
 * and the verbs each service answers. Types, payload checks and docs/bus.md follow from it.
 */
import {
  DIALLED_LINES,
  addressSchema,
  peerIdSchema,
  portSchema,
  publicKeySchema,
  ticketSchema,
} from '@iwanto/wire';
import { z } from 'zod';
import { holdingsNews } from './holdings.js';
import {
  type ServiceName,
  downloadSchema,
  leadershipSchema,
  peersSchema,
  serviceStatusSchema,
  sharedSchema,
  wantFoundSchema,
} from './shapes.js';
import { bridgeSchema, electionVerbs } from './election-verbs.js';
import { indexerVerbs } from './indexer-verbs.js';
import { transferVerbs } from './transfer-verbs.js';

export const verbs = { ...electionVerbs, ...indexerVerbs, ...transferVerbs } as const;

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
  /** The verb that gives the present state to a late starter; none for news without a state. */
  readonly get?: VerbName;
}
/** Keeps the literal types of a row: its owner is the one that may publish, and with a `get` it can be followed. */
const newsRow = <const R extends NewsRow>(row: R) => row;

export const news = {
  'leader.changed': newsRow({
    owner: 'election',
    about: 'Leader, epoch, role or standbys changed.',
    body: leadershipSchema,
    get: 'leader.get',
  }),
  'peers.changed': newsRow({
    owner: 'election',
    about: 'A peer joined, left or moved.',
    body: peersSchema,
    get: 'peers.get',
  }),
  'election.changed': newsRow({
    owner: 'election',
    about: 'The election service became ready or got another port.',
    body: serviceStatusSchema,
    get: 'election.status',
  }),
  'line.asked': newsRow({
    owner: 'election',
    about:
      'A peer cannot dial this host, and asks for a connection to its own port, or to a relay.',
    body: z.object({
      peer: peerIdSchema,
      line: z.enum(DIALLED_LINES),
      ticket: ticketSchema,
      address: addressSchema,
      port: portSchema,
      /** The relay at that address, if it is not the peer itself. */
      relay: peerIdSchema.nullable(),
    }),
  }),
  'relay.asked': newsRow({
    owner: 'election',
    about:
      'Two peers cannot dial each other, and one of them asks this host to relay a connection.',
    body: bridgeSchema,
  }),
  'relay.agreed': newsRow({
    owner: 'election',
    about: 'A relay that this host asked waits for its connection.',
    body: z.object({ ticket: ticketSchema, address: addressSchema, port: portSchema }),
  }),
  'indexer.changed': newsRow({
    owner: 'indexer',
    about: 'The indexer became ready or got another port.',
    body: serviceStatusSchema,
    get: 'indexer.status',
  }),
  'share.changed': newsRow({
    owner: 'indexer',
    about: 'The catalogue of this host has a new revision, or indexing made progress.',
    body: sharedSchema,
    get: 'share.get',
  }),
  'want.found': newsRow({
    owner: 'indexer',
    about: 'A standing search found something new.',
    body: z.object({
      id: z.number().int(),
      query: z.string(),
      get: z.boolean(),
      found: wantFoundSchema,
    }),
  }),
  'leaderLine.lost': newsRow({
    owner: 'indexer',
    about: 'The TCP line to the leader broke: a hint for the election, not a proof.',
    body: z.object({ leader: peerIdSchema, curveKey: publicKeySchema }),
  }),
  'transfer.changed': newsRow({
    owner: 'transfer',
    about: 'The transfer service became ready or got another port.',
    body: serviceStatusSchema,
    get: 'transfer.status',
  }),
  'holdings.changed': newsRow(holdingsNews),
  'download.progressed': newsRow({
    owner: 'transfer',
    about: 'A download made progress, ended or failed.',
    body: downloadSchema,
  }),
} as const;

export type News = typeof news;
export type Topic = keyof News;
export type NewsBody<T extends Topic> = z.infer<News[T]['body']>;
/** Topics with a state, and so with a `get`. */
export type FollowableTopic = {
  [T in Topic]: News[T] extends { readonly get: VerbName } ? T : never;
}[Topic];
/** The topics one service may publish. */
export type TopicsOf<S extends ServiceName> = {
  [T in Topic]: News[T]['owner'] extends S ? T : never;
}[Topic];
