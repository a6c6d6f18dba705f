/** The indexer, wired: catalogue, indexing, tracker side and the verbs of the bus. */
import { loadBlake3 } from '@iwanto/merkle';
import {
  type Config,
  MetricsPort,
  PeerTrust,
  type Running,
  type ServiceContext,
  dataFile,
  listenAddresses,
  metricsText,
  version,
} from '@iwanto/service';
import type { Folders } from './folders.js';
import { openShares } from './open-shares.js';
import { LeftFolder } from './tracking/left-files.js';
import { type Tracking, type TrackingOptions, startTracking } from './tracking/tracker-service.js';
import { wantAdd } from './verbs/want-add.js';
import { wantList } from './verbs/want-list.js';
import { wantRemove } from './verbs/want-remove.js';
import { Wants } from './wants/wants.js';

type Context = ServiceContext<'indexer'>;

const MS_PER_HOUR = 3_600_000;

const openWants = ({ bus, log, paths }: Context, tracking: Tracking) =>
  new Wants({
    path: dataFile(paths, 'wants'),
    bus,
    ask: tracking.ask,
    askGroups: tracking.askGroups,
    dateMs: Date.now,
    onTrouble: (sentence) => log.warn(sentence),
  });

async function openMetrics({ bus, config, log }: Context): Promise<MetricsPort> {
  const metrics = new MetricsPort(() => metricsText(bus));
  await metrics.begin(config.metricsPort, (sentence) => log.warn(sentence));
  return metrics;
}

/** How this host remembers, as leader or standby, what peers that have left were sharing. */
function rememberingOf({ config, paths, log }: Context) {
  let { rememberHours } = config;
  const files = new LeftFolder(dataFile(paths, 'leftPeers'), (sentence) => log.warn(sentence));
  return {
    left: { dateMs: Date.now, keepMs: () => rememberHours * MS_PER_HOUR, files },
    reconfigure: (next: Config) => ({ rememberHours } = next),
  };
}

/** Begins to serve other hosts. */
const openTracking = (
  { bus, config, identity, log }: Context,
  own: Pick<TrackingOptions, 'catalogue' | 'left' | 'isBlocked' | 'isTrusted' | 'groups'>,
) =>
  startTracking({
    ...{ bus, identity, version, ...own },
    port: config.ports.indexer,
    addresses: () => listenAddresses(config.interfaces),
    onTrouble: (sentence) => log.warn(sentence),
    onInfo: (sentence) => log.info(sentence),
    onNote: (sentence) => log.debug(sentence),
  });

/** What the trackers are sent about the folders, and the folders about the trackers. */
function connect({ catalogue, indexing }: Folders, tracking: Tracking): void {
  catalogue.onChange(() => tracking.catalogueChanged());
  indexing.heedTracker(() => tracking.leftOut());
}

/** What `runService` needs of the indexer. */
export async function startIndexer(context: Context): Promise<Running<'indexer'>> {
  const { bus, config } = context;
  const blake3 = await loadBlake3();
  const shares = await openShares(context, blake3);
  const { catalogue, indexing } = shares.folders;
  const trust = new PeerTrust(config, context);
  const remembering = rememberingOf(context);
  const tracking = await openTracking(context, {
    catalogue,
    left: remembering.left,
    ...{ isBlocked: trust.isBlocked, isTrusted: trust.isTrusted },
    groups: { groups: config.groups, shelves: shares.shelves },
  });
  const wants = openWants(context, tracking);
  connect(shares.folders, tracking);
  shares.begin();
  const stopHeld = bus.follow('holdings.changed', ({ holdings }) => catalogue.setHeld(holdings));
  const metrics = await openMetrics(context);
  return {
    handlers: {
      ...tracking.handlers,
      'want.add': wantAdd(wants),
      'want.list': wantList(wants),
      'want.remove': wantRemove(wants),
      ...shares.handlers,
    },
    ...{ port: () => tracking.port, troubles: () => tracking.troubles() },
    notes: () =>
      [`hashes with ${blake3.name} BLAKE3`, indexing.excess, metrics.note].filter(Boolean),
    reconfigure: async (next) => {
      await metrics.use(next.metricsPort);
      trust.reconfigure(next);
      tracking.trustChanged();
      remembering.reconfigure(next);
      await shares.reconfigure(next);
    },
    stop: async () => {
      stopHeld();
      shares.quiet();
      await metrics.close();
      await wants.close();
      await tracking.close();
      await remembering.left.files.close();
      await shares.close();
    },
  };
}
