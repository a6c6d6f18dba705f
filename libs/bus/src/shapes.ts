/** The shapes that the services of one host publish and answer with: what a status, a leader, a share, a download look like. */
import {
  SENTENCE_CHARACTERS_MAX,
  bootIdSchema,
  catalogIdSchema,
  failureSchema,
  fileHashSchema,
  kindSchema,
  peerIdSchema,
  peerSchema,
  portSchema,
  revisionSchema,
  sizeSchema,
} from '@iwanto/wire';
import { z } from 'zod';

export const SERVICES = ['election', 'indexer', 'transfer'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The longest path of this host that a question may contain, in characters. */
const PATH_CHARACTERS_MAX = 4_096;
/** The longest name a file may get, in characters: file systems keep 255 bytes. */
export const NAME_CHARACTERS_MAX = 255;
/** Peers that one answer of the election may name (I12). */
const PEERS_MAX = 4_096;
/** Sentences about what does not work, in one status. */
const TROUBLES_MAX = 64;
/** Downloads that one answer may list. */
export const DOWNLOADS_MAX = 1_000;
/** Relays that one download names. */
export const RELAYS_MAX = 16;
/** Sentences that one download may carry. */
export const DOWNLOAD_NOTES_MAX = 20;
/** Contents that one question may ask for: small files are looked up in batches, not one by one. */
export const CONTENTS_MAX = 64;
/** The most bytes in one answer: half of what a bus message may hold. */
export const BUS_BYTES_MAX = 524_288;

export const pathSchema = z.string().min(1).max(PATH_CHARACTERS_MAX);
export const bytesSchema = z
  .instanceof(Uint8Array)
  .refine((bytes) => bytes.length <= BUS_BYTES_MAX);
export const nothing = z.object({});

export const serviceStatusSchema = z.object({
  service: z.enum(SERVICES),
  peer: peerIdSchema,
  pid: z.number().int(),
  version: z.string(),
  ready: z.boolean(),
  /** The port open to other hosts: UDP for the election, TCP for the others; 0 while it is not bound. */
  port: portSchema,
  startedMsAgo: z.number().min(0),
  /** One line for people, such as the hash implementation in use. */
  notes: z.array(z.string()),
  /** What does not work with the network, and what to do about it. */
  troubles: z.array(z.string()).max(TROUBLES_MAX),
  /** Rises with each change. */
  revision: revisionSchema,
});
export type ServiceStatus = z.infer<typeof serviceStatusSchema>;

export const roleSchema = z.enum(['leader', 'standby', 'follower', 'joining']);
export type Role = z.infer<typeof roleSchema>;

/** The group and the checks of the keys that the election seals its datagrams with; absent on an open LAN. */
const sealedBySchema = z.string().max(64).optional();

export const leadershipSchema = z.object({
  revision: revisionSchema,
  sealedBy: sealedBySchema,
  peer: peerIdSchema,
  boot: bootIdSchema,
  role: roleSchema,
  epoch: z.number().int().min(0),
  /** A leader that is not known yet is a single null. */
  leader: peerSchema.nullable(),
  /** Who takes over next, in that order. */
  standbys: z.array(peerSchema).max(5),
});
export type Leadership = z.infer<typeof leadershipSchema>;

export const catalogueMarkSchema = z.object({
  catalogId: catalogIdSchema,
  revision: revisionSchema,
});

export const knownPeerSchema = peerSchema.extend({
  /** How this host came to know the peer. */
  seen: z.enum(['self', 'multicast', 'static', 'remembered', 'roster']),
  /** True while it is a member of the same cluster as far as this host can tell. */
  member: z.boolean(),
  sinceSeconds: z.number().min(0),
  /** Null before the first round trip. */
  roundTripMs: z.number().min(0).nullable(),
  /** How far its catalogue is, as of its last keep-alive to this host; null if this host does not lead. */
  catalogue: catalogueMarkSchema.nullable(),
});
export type KnownPeer = z.infer<typeof knownPeerSchema>;

export const peersSchema = z.object({
  revision: revisionSchema,
  sealedBy: sealedBySchema,
  peers: z.array(knownPeerSchema).max(PEERS_MAX),
});
export type Peers = z.infer<typeof peersSchema>;

export const indexingSchema = z.object({
  active: z.boolean(),
  filesDone: z.number().int().min(0),
  filesTotal: z.number().int().min(0),
  bytesDone: sizeSchema,
  bytesTotal: sizeSchema,
  /** Null while it cannot be told. */
  bytesPerSecond: z.number().min(0).nullable(),
  secondsLeft: z.number().min(0).nullable(),
});
export type Indexing = z.infer<typeof indexingSchema>;

export const sharedSchema = z.object({
  /** Rises with every change of this state, whether of the catalogue or of the progress. */
  revision: revisionSchema,
  /** The catalogue and its revision, which rises with each change on disk that is committed. */
  catalogId: catalogIdSchema,
  catalogueRevision: revisionSchema,
  folders: z.array(
    z.object({
      path: z.string(),
      files: z.number().int().min(0),
      bytes: sizeSchema,
      /** Empty while all is well; otherwise one sentence: what is wrong and what to do. */
      warning: z.string(),
      /** The group that it is shared with, if any. */
      group: z.string().optional(),
    }),
  ),
  /** Rises with each change of what groups can find. */
  groupsRevision: z.number().int().min(0).optional(),
  files: z.number().int().min(0),
  bytes: sizeSchema,
  indexing: indexingSchema,
});
export type Shared = z.infer<typeof sharedSchema>;

export const downloadFolderSchema = z.object({
  path: z.string(),
  /** It existed before; one that never did is created by the first download. */
  used: z.boolean(),
});
export type DownloadFolder = z.infer<typeof downloadFolderSchema>;

export const downloadSchema = z.object({
  id: z.string(),
  revision: revisionSchema,
  hash: fileHashSchema,
  kind: kindSchema,
  name: z.string(),
  /** Where it is, or will be, stored on this host. */
  path: z.string(),
  state: z.enum(['locating', 'running', 'stalled', 'paused', 'done', 'failed', 'cancelled']),
  bytes: sizeSchema,
  bytesDone: sizeSchema,
  files: z.number().int().min(0),
  filesDone: z.number().int().min(0),
  bytesPerSecond: z.number().min(0),
  seconds: z.number().min(0),
  /** Peers that sent at least one piece. */
  sources: z.number().int().min(0),
  /** Peers that relay between a source and this host; absent if nobody has to. */
  relays: z.array(peerIdSchema).max(RELAYS_MAX).optional(),
  failure: failureSchema.nullable(),
  /** What a user should know of it, one sentence each: what it replaces, what this disk cannot keep. */
  notes: z.array(z.string().max(SENTENCE_CHARACTERS_MAX)).max(DOWNLOAD_NOTES_MAX),
});
export type Download = z.infer<typeof downloadSchema>;

/** What was fetched once, compared with what is there now. */
export const receiptSchema = z.object({
  path: z.string(),
  hash: fileHashSchema,
  kind: kindSchema,
  bytes: sizeSchema,
  files: z.number().int().min(0),
  /** When it got its name, in ms since 1970. */
  placedMs: z.number(),
  /** Who sent how much of it; what this host already had came from nobody. */
  sources: z.array(z.object({ peer: z.string(), bytes: sizeSchema })),
  isWhole: z.boolean(),
  /** Paths, relative to a directory, of what has changed since it was fetched. */
  wrong: z.array(z.string()).max(1_000),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** For a content that was requested by its name in a group, which members derive from its hash: the group, and the hash. */
const contentOfGroupSchema = z.object({ name: z.string(), hash: fileHashSchema }).optional();

/** What the uploader needs to serve a content: sent only over the local bus. */
export const contentSchema = z.discriminatedUnion('kind', [
  z.object({
    ...{ kind: z.literal('file'), hash: fileHashSchema, path: z.string(), size: sizeSchema },
    /** Identity when it was hashed; a file that no longer has it is refused with E_CHANGED. */
    device: z.string(),
    inode: z.string(),
    mtimeNs: z.string(),
    ctimeNs: z.string(),
    group: contentOfGroupSchema,
  }),
  z.object({
    ...{ kind: z.literal('directory'), hash: fileHashSchema, manifestBytes: sizeSchema },
    /** Where it is; what is read below it must be proved by its hash. */
    path: z.string(),
    group: contentOfGroupSchema,
  }),
]);
export type Content = z.infer<typeof contentSchema>;

/** A download that ended, and when. */
export const endedDownloadSchema = downloadSchema
  .pick({
    ...{ hash: true, kind: true, name: true, path: true, state: true, bytes: true },
    ...{ bytesDone: true, files: true, seconds: true, sources: true, failure: true },
  })
  .extend({
    /** Milliseconds since 1970. */
    endedMs: z.number().min(0),
  });
export type EndedDownload = z.infer<typeof endedDownloadSchema>;

/** How the leader treats this host: `hidden` if it does not find what was announced to it. */
export const findableSchema = z.object({
  leader: peerIdSchema.nullable(),
  findable: z.enum(['unchecked', 'found', 'hidden']),
});
export type LeaderFinds = z.infer<typeof findableSchema>;

/** Contents whose uploads are told apart. */
const UPLOADS_MAX = 64;

export const uploadsSchema = z.object({
  /** Since the service started. */
  bytesSent: sizeSchema,
  uploads: z
    .array(
      z.object({
        hash: fileHashSchema,
        bytes: sizeSchema,
        bytesPerSecond: z.number().min(0),
      }),
    )
    .max(UPLOADS_MAX),
});

/** Remembered peers that sent wrong bytes. */
export const LIARS_MAX = 256;

export const liarSchema = z.object({
  peer: peerIdSchema,
  /** Downloads and proofs in which it did so. */
  times: z.number().int().positive(),
  /** Since the last time. */
  secondsAgo: z.number().int().min(0),
});
export type Liar = z.infer<typeof liarSchema>;

/** Standing searches of one host, and what each remembers. */
export const WANTS_MAX = 200;
const WANT_FOUND_MAX = 100;

export const wantFoundSchema = z.object({
  hash: fileHashSchema,
  kind: kindSchema,
  name: z.string(),
  size: sizeSchema,
  /** When it was found, in ms since 1970. */
  atMs: z.number().min(0),
});
export type WantFound = z.infer<typeof wantFoundSchema>;

export const wantSchema = z.object({
  id: z.number().int().min(1),
  query: z.string(),
  /** Whether what is found is fetched. */
  get: z.boolean(),
  /** When it began, in ms since 1970. */
  sinceMs: z.number().min(0),
  /** How many results matched at that time: these are not new. */
  fitted: z.number().int().min(0),
  /** The latest first. */
  found: z.array(wantFoundSchema).max(WANT_FOUND_MAX),
});
export type Want = z.infer<typeof wantSchema>;
