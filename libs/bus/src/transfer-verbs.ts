/** The verbs that the transfer service answers on the bus. */
import { PATH_BYTES_MAX, hashPrefixSchema, portSchema } from '@iwanto/wire';
import { z } from 'zod';
import { holdingsVerb } from './holdings.js';
import { readVerbs } from './read-verbs.js';
import {
  DOWNLOADS_MAX,
  downloadFolderSchema,
  downloadSchema,
  endedDownloadSchema,
  nothing,
  pathSchema,
  receiptSchema,
  uploadsSchema,
  liarSchema,
  LIARS_MAX,
} from './shapes.js';
import { WAYS_MAX, relayingSchema, waySchema } from './way-shapes.js';
import { SHORT_MS, reloadOf, statusOf, stopOf, verb } from './verb-rows.js';

/** A terabyte from a slow disk takes its time. */
const VERIFY_MS = 14_400_000;

const limitSchema = z.string().max(200);
const limitsSchema = z.object({ download: limitSchema, upload: limitSchema, relay: limitSchema });

export const transferVerbs = {
  'transfer.status': statusOf('transfer'),
  'transfer.stop': stopOf('transfer'),
  'transfer.reload': reloadOf('transfer'),
  'download.start': verb({
    owner: 'transfer',
    about: 'Fetch a content by its hash, or resume where an earlier run stopped.',
    question: z.object({
      hash: hashPrefixSchema,
      /** The folder it goes to; the download folder when left out. */
      to: pathSchema.optional(),
      /** Its name here; the name it was shown under when left out. */
      as: z.string().min(1).max(PATH_BYTES_MAX).optional(),
      /** Replace an earlier download of that name. */
      overwrite: z.boolean().default(false),
      /** If the name is taken, append the next free number. */
      rename: z.boolean().default(false),
      /** Fetch it although it is very large. */
      confirmed: z.boolean().default(false),
      /** Of a directory, only files that fit this pattern. */
      only: z.string().min(1).max(1_024).optional(),
      /** A limit on its own rate. */
      bytesPerSecondMax: z.number().int().min(1).optional(),
      /** Serve it to others when it is complete. */
      reseed: z.boolean().default(true),
    }),
    answer: downloadSchema,
    limitMs: 10_000,
  }),
  'download.get': verb({
    owner: 'transfer',
    about: 'The progress of one download.',
    question: z.object({ id: z.string().max(64) }),
    answer: downloadSchema,
    limitMs: SHORT_MS,
  }),
  'download.list': verb({
    owner: 'transfer',
    about: 'All downloads of this run, and those that can be resumed.',
    question: nothing,
    answer: z.object({ downloads: z.array(downloadSchema).max(DOWNLOADS_MAX) }),
    limitMs: SHORT_MS,
  }),
  'download.pause': verb({
    owner: 'transfer',
    about: 'Stop a download until it is resumed; verified pieces stay.',
    question: z.object({ id: z.string().max(64) }),
    answer: downloadSchema,
    limitMs: 10_000,
  }),
  'download.resume': verb({
    owner: 'transfer',
    about: 'Resume a download that was paused, failed or interrupted.',
    question: z.object({ id: z.string().max(64) }),
    answer: downloadSchema,
    limitMs: 10_000,
  }),
  'download.cancel': verb({
    owner: 'transfer',
    about: 'Stop a download; verified pieces stay for a later resume unless `forget` is set.',
    question: z.object({ id: z.string().max(64), forget: z.boolean().default(false) }),
    answer: downloadSchema,
    limitMs: SHORT_MS,
  }),
  'download.history': verb({
    owner: 'transfer',
    about: 'The downloads that ended on this host, the latest first, over restarts.',
    question: z.object({ limit: z.number().int().min(1).max(DOWNLOADS_MAX) }),
    answer: z.object({ downloads: z.array(endedDownloadSchema).max(DOWNLOADS_MAX) }),
    limitMs: SHORT_MS,
  }),
  'upload.list': verb({
    owner: 'transfer',
    about: 'What is being sent to others now, and how much was sent in all.',
    question: nothing,
    answer: uploadsSchema,
    limitMs: SHORT_MS,
  }),
  'liar.list': verb({
    owner: 'transfer',
    about: 'Which peers sent bytes that a hash does not name, within the last hour.',
    question: nothing,
    answer: z.object({ liars: z.array(liarSchema).max(LIARS_MAX) }),
    limitMs: SHORT_MS,
  }),
  'ways.get': verb({
    owner: 'transfer',
    about: 'How peers are reached, and what this host relays between others.',
    question: nothing,
    answer: z.object({
      ways: z.array(waySchema).max(WAYS_MAX),
      relaying: relayingSchema,
      /** The TCP port that pieces are sent from; absent in the answer of an earlier version. */
      dataPort: portSchema.optional(),
    }),
    limitMs: SHORT_MS,
  }),
  'download.clear': verb({
    owner: 'transfer',
    about:
      'Remove ended downloads from the list, and name them; downloads that can be resumed stay.',
    question: nothing,
    answer: z.object({ downloads: z.array(downloadSchema).max(DOWNLOADS_MAX) }),
    limitMs: SHORT_MS,
  }),
  'download.verify': verb({
    owner: 'transfer',
    about: 'Check a finished download against its hash, and return its receipt.',
    question: z.object({ path: pathSchema }),
    answer: receiptSchema,
    limitMs: VERIFY_MS,
  }),
  'limits.get': verb({
    owner: 'transfer',
    about: 'The limits on what this host fetches, sends and relays; empty for none.',
    question: nothing,
    answer: limitsSchema,
    limitMs: SHORT_MS,
  }),
  'limits.set': verb({
    owner: 'transfer',
    about: 'Change rate limits permanently, without a restart.',
    question: limitsSchema.partial(),
    answer: limitsSchema,
    limitMs: 5_000,
  }),
  ...readVerbs,
  'holdings.get': verb(holdingsVerb),
  'folder.get': verb({
    owner: 'transfer',
    about: 'The download folder.',
    question: nothing,
    answer: downloadFolderSchema,
    limitMs: SHORT_MS,
  }),
  'folder.set': verb({
    owner: 'transfer',
    about: 'Change the download folder permanently.',
    question: z.object({ path: pathSchema }),
    answer: z.object({ path: z.string() }),
    limitMs: SHORT_MS,
  }),
} as const;
