/** The indexer, wired: catalogue, indexing, tracker side and the verbs of the bus. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Blake3, loadBlake3 } from '@iwanto/merkle';
import {
  type Config,
  MetricsPort,
  type Paths,
  PeerTrust,
  type Running,
  type ServiceContext,
  listenAddresses,
  metricsText,
  refuseOverlap,
  version,
} from '@iwanto/service';
import { Catalogue } from './catalogue/catalogue.js';
import { coalesce } from './coalesce.js';
import { type Folders, privatePlacesOf, reshare, shareConfigured } from './folders.js';
import { Indexing } from './indexing.js';
import { LeftFolder } from './tracking/left-files.js';
import { type Tracking, type TrackingOptions, startTracking } from './tracking/tracker-service.js';
import { contentDigests } from './verbs/content-digests.js';
import { contentFind } from './verbs/content-find.js';
import { contentManifest } from './verbs/content-manifest.js';
import { shareAdd } from './verbs/share-add.js';
import { shareGet } from './verbs/share-get.js';
import { shareRemove } from './verbs/share-remove.js';
import { shareRescan } from './verbs/share-rescan.js';
import { wantAdd } from './verbs/want-add.js';
import { wantList } from './verbs/want-list.js';
import { wantRemove } from './verbs/want-remove.js';
import { Wants } from './wants/wants.js';

type Context = ServiceContext<'indexer'>;

/** `share.changed` is published immediately and then at most this often, in ms. */
const TELL_INTERVAL_MS = 25;
/** Old tombstones are looked for this often, in ms. */
const COMPACT_INTERVAL_MS = 60_000;
const MS_PER_HOUR = 3_600_000;

/** Opens the catalogue and begins to keep the configured folders. */
async function openFolders(context: Context, blake3: Blake3): Promise<Folders> {
  const { paths, config, log } = context;
  await refuseOverlap(config.share, config.downloadDir);
  const onTrouble = (sentence: string) => void log.warn(sentence);
  const path = join(paths.dataDir, 'catalogue.sqlite');
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

const openWants = ({ bus, log, paths }: Context, tracking: Tracking) =>
  new Wants({
    path: join(paths.dataDir, 'wants.json'),
    bus,
    ask: tracking.ask,
    dateMs: Date.now,
    onTrouble: (sentence) => log.warn(sentence),
  });

async function openMetrics({ bus, config, log }: Context): Promise<MetricsPort> {
  const metrics = new MetricsPort(() => metricsText(bus));
  await metrics.begin(config.metricsPort, (sentence) => log.warn(sentence));
  return metrics;
}

/** How this host remembers, when it leads or stands by, what peers had that left. */
function rememberingOf({ config, paths, log }: Context) {
  let { rememberHours } = config;
  const files = new LeftFolder(join(paths.dataDir, 'left'), (sentence) => log.warn(sentence));
  return {
    left: { dateMs: Date.now, keepMs: () => rememberHours * MS_PER_HOUR, files },
    reconfigure: (next: Config) => ({ rememberHours } = next),
  };
}

/** Begins to serve other hosts. */
const openTracking = (
  { bus, config, identity, log }: Context,
  own: Pick<TrackingOptions, 'catalogue' | 'left' | 'isBlocked'>,
) =>
  startTracking({
    ...{ bus, identity, version, ...own },
    port: config.ports.indexer,
    addresses: () => listenAddresses(config.interfaces),
    onTrouble: (sentence) => log.warn(sentence),
    onInfo: (sentence) => log.info(sentence),
    onNote: (sentence) => log.debug(sentence),
  });

/** What the trackers learn of the folders, and the folders of the trackers. */
function connect({ catalogue, indexing }: Folders, tracking: Tracking): void {
  catalogue.onChange(() => tracking.catalogueChanged());
  indexing.heedTracker(() => tracking.leftOut());
}

/** What is asked of the own folders. */
const sharing = (folders: Folders, paths: Paths) => ({
  'share.get': shareGet(folders.indexing),
  'share.add': shareAdd(folders, paths),
  'share.remove': shareRemove(folders, paths),
  'share.rescan': shareRescan(folders),
  'content.find': contentFind(folders.catalogue, (path) => folders.indexing.lookAt(path)),
  'content.digests': contentDigests(folders.catalogue),
  'content.manifest': contentManifest(folders.catalogue),
});

/** What `runService` needs of the indexer. */
export async function startIndexer(context: Context): Promise<Running<'indexer'>> {
  const { bus, config, paths } = context;
  const blake3 = await loadBlake3();
  const folders = await openFolders(context, blake3);
  const { catalogue, indexing } = folders;
  const tell = coalesce(TELL_INTERVAL_MS, () => bus.publish('share.changed', indexing.state()));
  indexing.onProgress(tell);
  const trust = new PeerTrust(config, context);
  const remembering = rememberingOf(context);
  const tracking = await openTracking(context, {
    catalogue,
    left: remembering.left,
    isBlocked: trust.isBlocked,
  });
  const wants = openWants(context, tracking);
  connect(folders, tracking);
  shareConfigured(folders, config.share, privatePlacesOf(paths));
  const stopHeld = bus.follow('holdings.changed', ({ holdings }) => catalogue.setHeld(holdings));
  const compacting = setInterval(() => catalogue.compact(), COMPACT_INTERVAL_MS);
  const metrics = await openMetrics(context);
  return {
    handlers: {
      ...tracking.handlers,
      'want.add': wantAdd(wants),
      'want.list': wantList(wants),
      'want.remove': wantRemove(wants),
      ...sharing(folders, paths),
    },
    ...{ port: () => tracking.port, troubles: () => tracking.troubles() },
    notes: () =>
      [`hashes with ${blake3.name} BLAKE3`, indexing.excess, metrics.note].filter(Boolean),
    reconfigure: async (next) => {
      await metrics.use(next.metricsPort);
      trust.reconfigure(next);
      remembering.reconfigure(next);
      await reshare(folders, paths, next);
    },
    stop: async () => {
      clearInterval(compacting);
      stopHeld();
      tell.stop();
      await metrics.close();
      await wants.close();
      await tracking.close();
      await remembering.left.files.close();
      await indexing.close();
      catalogue.close();
    },
  };
}
