/** The verbs that read a content before it is complete. */
import { fileHashSchema, hashPrefixSchema, kindSchema, sizeSchema } from '@iwanto/wire';
import { z } from 'zod';
import { BUS_BYTES_MAX, bytesSchema, nothing } from './shapes.js';
import { verb } from './verb-rows.js';

/** Files in one answer: with the longest paths they still fit into a message. */
export const READ_FILES_MAX = 200;

/** Any text that nobody else uses: one for each position that is being read. */
const readerSchema = z.string().min(1).max(64);

const openedSchema = z.object({
  hash: fileHashSchema,
  kind: kindSchema,
  name: z.string(),
  size: sizeSchema,
});
export type ReadOpened = z.infer<typeof openedSchema>;

const fileSchema = z.object({
  path: z.string().max(4_096),
  size: sizeSchema,
  hash: fileHashSchema,
});
export type ReadFile = z.infer<typeof fileSchema>;

export const readVerbs = {
  'read.open': verb({
    owner: 'transfer',
    about:
      'What a hash names, for a reader. Its beginning and its end are fetched early, unless `glance` is set.',
    question: z.object({ hash: hashPrefixSchema, glance: z.boolean().optional() }),
    answer: openedSchema,
    limitMs: 8_000,
  }),
  'read.bytes': verb({
    owner: 'transfer',
    about:
      'Verified bytes of a content, up to the end of a piece; missing bytes are fetched first. The answer is empty if they did not arrive within two seconds: ask again. A reader that does not ask for 10 s is forgotten.',
    question: z.object({
      hash: fileHashSchema,
      /** The directory that it is part of. */
      within: fileHashSchema.optional(),
      reader: readerSchema,
      offset: sizeSchema,
      count: z.number().int().min(1).max(BUS_BYTES_MAX),
    }),
    answer: z.object({ bytes: bytesSchema }),
    limitMs: 15_000,
  }),
  'read.files': verb({
    owner: 'transfer',
    about: `Files of a directory from a number on, at most ${READ_FILES_MAX}, and how many there are.`,
    question: z.object({ hash: fileHashSchema, first: z.number().int().min(0) }),
    answer: z.object({
      total: z.number().int().min(0),
      files: z.array(fileSchema).max(READ_FILES_MAX),
    }),
    limitMs: 40_000,
  }),
  'read.close': verb({
    owner: 'transfer',
    about: 'A reader leaves: nothing more is fetched for it.',
    question: z.object({ hash: fileHashSchema, reader: readerSchema }),
    answer: nothing,
    limitMs: 2_000,
  }),
} as const;
