/** The verbs that the transfer service answers on the bus. */
import { hashPrefixSchema } from '@iwanto/wire';
import { z } from 'zod';
import { DOWNLOADS_MAX, downloadSchema, nothing, pathSchema } from './shapes.js';
import { SHORT_MS, statusOf, stopOf, verb } from './verb-rows.js';

export const transferVerbs = {
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
