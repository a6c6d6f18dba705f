/** What this host shares: with everybody, and with each of its groups; its catalogues, and the verbs about them. */
import { availableParallelism } from 'node:os';
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import {
  type Config,
  type ConfigInForce,
  type Paths,
  type ServiceContext,
  dataFile,
  groupCatalogueFile,
  refuseOverlap,
} from '@iwanto/service';
import { Catalogue } from './catalogue/catalogue.js';
import { coalesce } from './coalesce.js';
import { type Folders, privatePlacesOf, reshare, shareConfigured } from './folders.js';
import { GroupShelves, refuseOpen } from './groups/group-shelves.js';
import { Indexing } from './indexing.js';
import { contentDigests } from './verbs/content-digests.js';
import { contentFind } from './verbs/content-find.js';
import { contentManifest } from './verbs/content-manifest.js';
import { shareAdd } from './verbs/share-add.js';
import { shareGet } from './verbs/share-get.js';
import { shareRemove } from './verbs/share-remove.js';
import { shareRescan } from './verbs/share-rescan.js';

type Context = ServiceContext<'indexer'>;

type ShareHandlers = Pick<
  Handlers<VerbsOf<'indexer'>>,
  | 'share.get'
  | 'share.add'
  | 'share.remove'
  | 'share.rescan'
  | 'content.find'
  | 'content.digests'
  | 'content.manifest'
>;

/** `share.changed` is published immediately and then at most this often, in ms. */
const TELL_INTERVAL_MS = 25;
/** How often old tombstones are looked for, in ms. */
const COMPACT_INTERVAL_MS = 60_000;

/** Opens a catalogue and the indexing that keeps it in step with its folders. */
function openFolders(context: Context, blake3: Blake3, path: string): Folders {
  const { paths, config, log } = context;
  const onTrouble = (sentence: string) => void log.warn(sentence);
  const catalogue = new Catalogue({ path, nowMs: Date.now });
  if (catalogue.setAside) {
    onTrouble(
      `The catalogue was damaged and is being rebuilt; the old one is ${catalogue.setAside}.`,
    );
  }
  if (catalogue.isForgetful) {
    onTrouble(
      `${path} cannot be written: shares are served, but will be forgotten when the service stops.`,
    );
  }
  const indexing = new Indexing({
    catalogue,
    blake3,
    threads: Math.max(1, availableParallelism() - 1),
    script: new URL('./hashing/hash-file.js', import.meta.url),
    settleMs: config.settleMs,
    privatePaths: privatePlacesOf(paths).hidden,
    onTrouble,
    onNote: (level, sentence) => void log.log(level, sentence),
  });
  return { catalogue, indexing };
}

/** The verbs about this host's own folders. */
const sharing = (folders: Folders, shelves: GroupShelves, paths: Paths): ShareHandlers => ({
  'share.get': shareGet(() => shelves.state(folders.indexing.state())),
  'share.add': shareAdd(folders, shelves, paths),
  'share.remove': shareRemove(folders, shelves, paths),
  'share.rescan': shareRescan(folders, shelves),
  'content.find': contentFind(
    folders.catalogue,
    (path) => [folders, ...shelves.folders()].forEach(({ indexing }) => indexing.lookAt(path)),
    shelves.find,
  ),
  'content.digests': contentDigests(folders.catalogue, shelves.find),
  'content.manifest': contentManifest(folders.catalogue, shelves.find),
});

/** What is shared with groups has catalogues of its own, so that none of it can be announced. */
const openShelves = (context: Context, blake3: Blake3, onProgress: () => void) =>
  new GroupShelves(
    {
      ...{ paths: context.paths, self: context.identity.peer, bus: context.bus, onProgress },
      open: ({ name }) => openFolders(context, blake3, groupCatalogueFile(context.paths, name)),
      onTrouble: (sentence) => void context.log.warn(sentence),
    },
    context.config,
  );

const sharedPaths = ({ share, groupShares }: Config) => [
  ...share,
  ...groupShares.map(({ path }) => path),
];

export interface Shares {
  /** What everybody can find. */
  readonly folders: Folders;
  readonly shelves: GroupShelves;
  readonly handlers: ShareHandlers;
  /** Begins to keep the configured folders. */
  begin(): void;
  reconfigure(config: ConfigInForce): Promise<void>;
  /** Publishes nothing from now on. */
  quiet(): void;
  close(): Promise<void>;
}

/** Opens the catalogues. Throws if the configuration shares what it must not. */
export async function openShares(context: Context, blake3: Blake3): Promise<Shares> {
  const { bus, config, paths } = context;
  await refuseOverlap(sharedPaths(config), config.downloadDir);
  refuseOpen(config);
  const folders = openFolders(context, blake3, dataFile(context.paths, 'catalogue'));
  const { catalogue, indexing } = folders;
  const tell = coalesce(TELL_INTERVAL_MS, () =>
    bus.publish('share.changed', shelves.state(indexing.state())),
  );
  const shelves = openShelves(context, blake3, tell);
  indexing.onProgress(tell);
  const compacting = setInterval(() => {
    for (const each of [folders, ...shelves.folders()]) each.catalogue.compact();
  }, COMPACT_INTERVAL_MS);
  return {
    ...{ folders, shelves, handlers: sharing(folders, shelves, paths) },
    begin: () => {
      shareConfigured(folders, config.share, privatePlacesOf(paths));
      shelves.begin();
    },
    reconfigure: async (next) => {
      await reshare(folders, paths, next);
      await shelves.reconfigure(next);
    },
    quiet: () => {
      clearInterval(compacting);
      tell.stop();
    },
    close: async () => {
      await shelves.close();
      await indexing.close();
      catalogue.close();
    },
  };
}
