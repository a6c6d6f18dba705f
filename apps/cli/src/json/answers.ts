/** What each command answers with --json: one schema for each line it prints. docs/json.md is made from this table. */
import {
  SERVICES,
  downloadSchema,
  endedDownloadSchema,
  news,
  addedHostSchema,
  liarSchema,
  knownPeerSchema,
  receiptSchema,
  uploadsSchema,
  verbs,
  wakeableSchema,
  wantSchema,
} from '@iwanto/bus';
import {
  FAILURE_CODES,
  fileHashSchema,
  listAnswerSchema,
  peerIdSchema,
  portSchema,
  publicKeySchema,
  revisionSchema,
  searchAnswerSchema,
  searchResultSchema,
  sizeSchema,
} from '@iwanto/wire';
import { LOG_LEVELS, MODES } from '@iwanto/service';
import { z } from 'zod';
import { count, picture, shares, verdict } from './picture-answer.js';

const path = z.strictObject({ path: z.string() });
const downloads = z.strictObject({ downloads: z.array(downloadSchema) });

const peerLists = z.strictObject({ trust: z.array(peerIdSchema), block: z.array(peerIdSchema) });

const group = z.strictObject({
  name: z.string(),
  /** A check of the key, to compare hosts. */
  key: z.string(),
  /** The same of the former key, while it is accepted. */
  previous: z.string().nullable(),
  /** Whether the whole peer is in it. */
  joined: z.boolean(),
});

const progress = downloadSchema
  .pick({
    ...{ state: true, hash: true, kind: true, name: true, bytes: true, bytesDone: true },
    ...{ bytesPerSecond: true, sources: true },
  })
  .extend({ event: z.literal('progress') });
const done = downloadSchema
  .pick({ hash: true, path: true, bytes: true, seconds: true, sources: true })
  .extend({ event: z.literal('done') });
const interrupted = z.strictObject({
  event: z.literal('interrupted'),
  hash: fileHashSchema,
  error: z.string().optional(),
  sentence: z.string().optional(),
});

const begun = downloadSchema
  .pick({ hash: true, name: true, path: true })
  .extend({ event: z.literal('begun') });
const note = z.strictObject({ event: z.literal('note'), sentence: z.string() });

const localFile = z.strictObject({
  path: z.string(),
  size: sizeSchema,
  hash: fileHashSchema,
  here: z.boolean(),
  peers: z.array(z.strictObject({ peer: peerIdSchema, name: z.string() })),
  elsewhere: count,
  names: z.array(z.string()),
});

const finding = z.strictObject({
  check: z.string(),
  level: z.enum(['ok', 'warning', 'broken']),
  text: z.string(),
  remedy: z.string().optional(),
});

const configValue = z.strictObject({
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown())]),
  source: z.enum(['environment', 'file', 'default']),
  origin: z.string(),
});

/** What a service wrote into its log; some lines have more. */
const logLine = z.looseObject({
  timestamp: z.iso.datetime(),
  level: z.enum(LOG_LEVELS),
  service: z.enum(SERVICES),
  pid: z.number().int(),
  message: z.string(),
});

const unit = z.strictObject({ unit: z.string(), state: z.string(), enabled: z.boolean() });

const shown = z.strictObject({
  url: z.string(),
  hash: fileHashSchema,
  name: z.string(),
  subtitles: z.array(z.strictObject({ name: z.string(), url: z.string() })),
  /** With --lan: when it ends. */
  until: z.iso.datetime().nullable(),
});

const looks = z.strictObject({
  hash: fileHashSchema,
  kind: z.enum(['film', 'song', 'photo', 'other', 'text', 'folder']),
  /** Of a folder, the name of the file in it that is shown. */
  name: z.string(),
  seconds: z.number().nullable(),
  width: count.nullable(),
  height: count.nullable(),
  /** Where the picture was written to. */
  path: z.string().nullable(),
  lines: z.array(z.string()).nullable(),
});

const optionOutline = z.strictObject({
  name: z.string(),
  about: z.string(),
  takesValue: z.boolean(),
  isList: z.boolean(),
  choices: z.array(z.string()),
  initial: z.string().optional(),
});
const commandOutline = z.strictObject({
  name: z.string(),
  spelling: z.string(),
  about: z.string(),
  positionals: z.array(optionOutline),
  options: z.array(optionOutline),
  examples: z.array(z.strictObject({ command: z.string(), about: z.string() })),
  notes: z.array(z.string()),
});

const events = Object.keys(news) as [keyof typeof news, ...(keyof typeof news)[]];

/** What every command prints when it fails, beside its exit code. */
export const failureLine = z.strictObject({
  error: z.enum(Object.keys(FAILURE_CODES) as [string, ...string[]]),
  sentence: z.string(),
});

/** A command prints lines of one of its schemas; if there is none, it prints nothing. */
export const answers: Readonly<Record<string, readonly z.ZodType[]>> = {
  start: [z.strictObject({ event: z.literal('ready'), pid: z.number().int() })],
  stop: [z.strictObject({ stopped: z.array(z.enum(SERVICES)) })],
  status: [picture.extend({ verdicts: z.array(verdict) })],
  search: [
    searchAnswerSchema.extend({
      results: z.array(
        searchResultSchema.extend({ held: z.enum(['here', 'fetching', 'unfinished']).nullable() }),
      ),
    }),
  ],
  download: [progress, done, interrupted, begun, note, path],
  cat: [],
  open: [shown],
  preview: [looks],
  downloads: [downloads, downloadSchema],
  pause: [downloads],
  resume: [downloads],
  cancel: [downloads],
  limit: [verbs['limits.get'].answer],
  verify: [receiptSchema],
  share: [z.strictObject({ path: z.string(), already: z.boolean(), group: z.string().optional() })],
  unshare: [path],
  shares: [shares],
  rescan: [z.strictObject({ revision: revisionSchema })],
  peers: [
    z.strictObject({
      peers: z.array(knownPeerSchema),
      added: z.array(addedHostSchema),
      liars: z.array(liarSchema),
      ways: verbs['ways.get'].answer.shape.ways,
      /** Absent if the configuration cannot be read. */
      mode: z.enum(MODES).optional(),
      group: z.string().optional(),
    }),
    z.strictObject({
      /** The first of the addresses. */
      address: z.string(),
      port: portSchema,
      addresses: z.array(z.string()),
      peer: peerIdSchema.optional(),
      name: z.string().optional(),
      /** With --wait: those from which nothing was heard yet. */
      silent: z.array(z.string()).optional(),
    }),
    z.strictObject({ removed: z.string() }),
  ],
  wake: [
    z.strictObject({ hosts: z.array(wakeableSchema) }),
    z.strictObject({
      peer: peerIdSchema,
      name: z.string(),
      wasHere: z.boolean(),
      /** How long until it was online; null if that was not waited for. */
      seconds: z.number().nullable(),
      interfaces: z.array(z.string()),
    }),
  ],
  trust: [peerLists],
  block: [peerLists],
  group: [
    z.strictObject({ groups: z.array(group) }),
    /** With a passphrase that was made; null if it was given. */
    group.extend({ passphrase: z.string().nullable() }),
    group,
    z.strictObject({ removed: z.string() }),
    z.strictObject({ left: z.string().nullable() }),
  ],
  name: [z.strictObject({ name: z.string(), shown: z.string(), peer: peerIdSchema })],
  ls: [
    z.strictObject({
      peers: z.array(z.strictObject({ peer: peerIdSchema, name: z.string(), files: count })),
    }),
    listAnswerSchema.extend({ peer: peerIdSchema, path: z.string() }),
  ],
  have: [
    z.strictObject({
      files: z.array(localFile),
      skipped: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
    }),
  ],
  want: [wantSchema],
  wants: [z.strictObject({ wants: z.array(wantSchema) }), wantSchema],
  top: [
    z.strictObject({
      picture,
      downloads: z.array(downloadSchema),
      uploads: z.array(uploadsSchema.shape.uploads.element.extend({ name: z.string() })),
      down: z.array(z.number()),
      up: z.array(z.number()),
    }),
  ],
  events: [
    z.strictObject({ event: z.enum(events), at: z.iso.datetime(), body: z.looseObject({}) }),
  ],
  history: [z.strictObject({ downloads: z.array(endedDownloadSchema) })],
  metrics: [z.strictObject({ type: z.string(), text: z.string() })],
  id: [
    z.strictObject({
      peer: peerIdSchema,
      words: z.string(),
      signKey: publicKeySchema,
      curveKey: publicKeySchema,
    }),
  ],
  view: [z.strictObject({ file: z.string(), config: z.looseObject({}) })],
  config: [
    z.strictObject({ file: z.string() }),
    z.strictObject({ file: z.string(), values: z.array(configValue) }),
    configValue,
    configValue.extend({ services: z.array(z.enum(SERVICES)) }),
  ],
  log: [logLine],
  service: [
    z.strictObject({
      action: z.enum(['install', 'remove']),
      scope: z.enum(['system', 'user']),
      files: z.array(z.string()),
    }),
    z.strictObject({ units: z.array(unit), outlivesLogout: z.boolean() }),
  ],
  doctor: [z.strictObject({ healthy: z.boolean(), findings: z.array(finding) })],
  completion: [z.strictObject({ shell: z.string(), script: z.string() })],
  man: [z.strictObject({ version: z.string(), commands: z.array(commandOutline) })],
  uninstall: [z.strictObject({ removed: z.array(z.string()) })],
  election: [],
  indexer: [],
  transfer: [],
};

/** Whether a line fits: one of the command's schemas, or a failure. */
export const isAnswer = (command: string, line: unknown): boolean =>
  [...(answers[command] ?? []), failureLine].some((schema) => schema.safeParse(line).success);
