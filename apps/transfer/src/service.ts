/** Wires the transfer service: pieces in, pieces out, and the verbs of the local bus. */
import {
  DialTickets,
  type Download,
  HOLDINGS_MAX,
  type PiecePort,
  lookRegularly,
} from '@iwanto/bus';
import { type Blake3, loadBlake3 } from '@iwanto/merkle';
import type { Holder, PeerId } from '@iwanto/wire';
import {
  type Config,
  PeerTrust,
  PeerWays,
  type Running,
  type ServiceContext,
  dataFile,
} from '@iwanto/service';
import { type TransferStore, openTransferStore } from '@iwanto/store';
import { type Opened, closing } from './closing.js';
import { DownloadFolder } from './disk/download-folder.js';
import { DownloadLog } from './downloading/download-log.js';
import type { DownloadTools } from './downloading/download-spec.js';
import { Downloads } from './downloading/downloads.js';
import { followHolders, holderFilter } from './sources/known-holders.js';
import { rootsOfGroups } from './sources/group-line.js';
import { Liars } from './sources/liars.js';
import { Lines } from './sources/lines.js';
import { RateLimits } from './limits.js';
import { Pace } from './pace.js';
import { LocalSource } from './reading/local-source.js';
import { Readings } from './reading/readings.js';
import type { RelayDesk } from './relaying/relay-desk.js';
import { openServing } from './serving.js';
import type { Uploads } from './uploading/uploads.js';
import { HoldingNews } from './uploading/holding-news.js';
import { Holdings } from './uploading/holdings.js';
import { Kept } from './uploading/kept.js';
import { Uploader } from './uploading/uploader.js';
import { downloadCancel } from './verbs/download-cancel.js';
import { History } from './downloading/history.js';
import { downloadClear } from './verbs/download-clear.js';
import { downloadHistory } from './verbs/download-history.js';
import { liarList } from './verbs/liar-list.js';
import { uploadList } from './verbs/upload-list.js';
import { downloadGet } from './verbs/download-get.js';
import { downloadList } from './verbs/download-list.js';
import { downloadPause } from './verbs/download-pause.js';
import { downloadResume } from './verbs/download-resume.js';
import { downloadStart } from './verbs/download-start.js';
import { downloadVerify } from './verbs/download-verify.js';
import { folderGet } from './verbs/folder-get.js';
import { folderSet } from './verbs/folder-set.js';
import { limitsGet } from './verbs/limits-get.js';
import { limitsSet } from './verbs/limits-set.js';
import { readBytes } from './verbs/read-bytes.js';
import { readClose } from './verbs/read-close.js';
import { readFiles } from './verbs/read-files.js';
import { readOpen } from './verbs/read-open.js';
import { holdingsGet } from './verbs/holdings-get.js';
import { waysGet } from './verbs/ways-get.js';

/** How long a download waits for a source before it gives up, in ms. */
const NO_SOURCE_LIMIT_MS = 30_000;

/** Contents that were fetched and are served to others; half of what may be announced. */
const KEPT_MAX = HOLDINGS_MAX / 2;

const nowMs = () => performance.now();

type Context = ServiceContext<'transfer'>;

export async function startTransfer(context: Context): Promise<Running<'transfer'>> {
  const { paths, config, log, bus } = context;
  const onTrouble = (sentence: string) => void log.warn(sentence);
  const blake3 = await loadBlake3();
  const path = dataFile(paths, 'transfers');
  const journal = openTransferStore({ path, nowMs: Date.now() });
  if (journal.setAside) onTrouble(`The journal was damaged; it is now in ${journal.setAside}.`);
  const limits = new RateLimits({ paths, limits: config.limits, now: () => new Date() });
  const { holdings, kept, news } = openHoldings(context, { journal, blake3 });
  const doing = { bus, blake3, holdings, nowMs, onTrouble };
  const onInfo = (sentence: string) => void log.info(sentence);
  const [pace, rootsOf] = [new Pace(limits.upload), rootsOfGroups(config)];
  const uploader = new Uploader({ ...doing, pace, rootsOf, onInfo });
  const tickets = new DialTickets();
  const trust = new PeerTrust(config, context);
  const serving = { uploader, tickets, trust, limits, nowMs };
  const { server, desk } = await openServing(context, serving);
  const history = openHistory(context);
  const folder = new DownloadFolder({ paths, path: config.downloadDir, mounts: journal.placed });
  const { downloads, readings, lines, liars, ways } = openFetching(context, {
    ...{ doing, journal, kept, uploader, limits, history, folder, trust },
    tickets,
  });
  if (!(await folder.note()))
    log.warn(`The download folder ${folder.path} does not exist, but was used before.`);
  listenToNews(context, { uploader, downloads, lines });
  // Downloads that wait for sources.
  const stopGoingOn = lookRegularly(() => void downloads.goOn());
  const holding = [kept, news] as const;
  const closeAll = closing({
    ...{ downloads, readings, lines, server, uploader, journal, stopGoingOn, holding },
  });
  return {
    handlers: handlersOf({
      ...{ downloads, readings, liars, ways, desk, history, folder, blake3, journal, limits, news },
      ...{ server, sent: uploader.sent },
    }),
    port: () => server.port,
    notes: () => [`BLAKE3: ${blake3.name}`, `bytes sent: ${uploader.sent.bytesSent}`],
    troubles: () => ways.seen.troubles(),
    reconfigure: (changed) => reconfigure({ folder, limits, trust, desk, lines }, changed),
    stop: closeAll,
  };
}

interface Fetching {
  readonly doing: Pick<DownloadTools, 'bus' | 'blake3' | 'nowMs' | 'onTrouble'> & {
    readonly holdings: Holdings;
  };
  readonly journal: TransferStore;
  readonly kept: Kept;
  readonly uploader: Uploader;
  readonly limits: RateLimits;
  readonly history: History;
  readonly folder: DownloadFolder;
  readonly trust: PeerTrust;
  readonly tickets: DialTickets;
}

/** What fetches bytes from others: to the disk, or for a reader. */
function openFetching(
  context: Context,
  { doing, journal, kept, uploader, limits, history, folder, trust, tickets }: Fetching,
) {
  const { bus, identity, config } = context;
  const { curve: keys, peer: self } = identity;
  const holdersOf = followHolders(context);
  const placed = (holder: Holder) => holdersOf([holder.peer])[0] ?? holder;
  const ways = new PeerWays({
    ...{ bus, tickets, self, isBlocked: trust.isBlocked, onTrouble: doing.onTrouble },
  });
  const { detoursTo, note: onWay } = ways;
  const rootsOf = rootsOfGroups(config);
  const { onTrouble } = doing;
  const lines = new Lines({ keys, self, nowMs, placed, rootsOf, detoursTo, onWay, onTrouble });
  const liars = new Liars(nowMs);
  const fetching = {
    ...{ ...doing, lines, liars, holdersOf, isTrusted: trust.isTrusted },
    relayTo: (peer: PeerId) => ways.seen.relayTo(peer),
    isAllowed: holderFilter(context, trust),
    noSourceLimitMs: NO_SOURCE_LIMIT_MS,
  };
  const downloads: Downloads = new Downloads({
    ...{ bus, self, folders: folder },
    tools: {
      ...{ ...fetching, journal, kept, serves: config.reseed, tell: teller(context, history) },
      sharedAt: (root) => uploader.contents.fileOf(root),
      pace: new Pace(limits.download),
      inMemory: (root) => readings.inMemory(root),
    },
  });
  const local = new LocalSource(self, uploader);
  const readings = new Readings({
    ...{ self, tools: { ...fetching, local }, lines: () => doing.holdings.lines() },
    onPiece: (root, piece, body) => downloads.give(root, piece, body),
  });
  return { downloads, readings, lines, liars, ways };
}

interface Reconfigured {
  readonly folder: DownloadFolder;
  readonly limits: RateLimits;
  readonly trust: PeerTrust;
  readonly desk: RelayDesk;
  readonly lines: Lines;
}

/** A folder that is refused leaves the limits as they were. */
async function reconfigure(
  { folder, limits, trust, desk, lines }: Reconfigured,
  changed: Config,
): Promise<void> {
  await folder.reconfigure(changed);
  limits.reconfigure(changed.limits);
  trust.reconfigure(changed);
  desk.reconfigure(changed);
  lines.closeTo(trust.isBlocked);
}

/** Where each view of a download goes: to the history, to the log, and to whoever listens. */
function teller({ bus, log }: Context, history: History) {
  const story = new DownloadLog((sentence) => log.info(sentence));
  return (view: Download) => {
    history.note(view);
    story.note(view);
    bus.publish('download.progressed', view);
  };
}

const openHistory = ({ paths, log }: Context) =>
  new History({
    path: dataFile(paths, 'history'),
    dateMs: Date.now,
    onTrouble: (sentence) => log.warn(sentence),
  });

interface Served {
  readonly downloads: Downloads;
  readonly readings: Readings;
  readonly liars: Liars;
  readonly ways: PeerWays;
  readonly desk: RelayDesk;
  readonly server: PiecePort;
  readonly history: History;
  readonly sent: Uploads;
  readonly folder: DownloadFolder;
  readonly blake3: Blake3;
  readonly journal: TransferStore;
  readonly limits: RateLimits;
  readonly news: HoldingNews;
}

function handlersOf({
  downloads,
  readings,
  liars,
  ways,
  desk,
  server,
  history,
  sent,
  folder,
  blake3,
  journal,
  limits,
  news,
}: Served): Running<'transfer'>['handlers'] {
  return {
    'download.start': downloadStart(downloads),
    'download.get': downloadGet(downloads),
    'download.list': downloadList(downloads),
    'download.pause': downloadPause(downloads),
    'download.resume': downloadResume(downloads),
    'download.cancel': downloadCancel(downloads),
    'download.clear': downloadClear(downloads),
    'download.history': downloadHistory(history),
    'download.verify': downloadVerify(blake3, journal.placed),
    'upload.list': uploadList(sent),
    'liar.list': liarList(liars),
    'ways.get': waysGet(ways, desk, server),
    'holdings.get': holdingsGet(news),
    'read.open': readOpen(readings),
    'read.bytes': readBytes(readings),
    'read.files': readFiles(readings),
    'read.close': readClose(readings),
    'limits.get': limitsGet(limits),
    'limits.set': limitsSet(limits),
    'folder.get': folderGet(folder),
    'folder.set': folderSet(folder),
  };
}

/** What this host serves besides what it shares, and the news of it. */
function openHoldings(
  { bus, config }: Context,
  { journal, blake3 }: { journal: TransferStore; blake3: Blake3 },
) {
  const news = new HoldingNews(
    () => holdings,
    (body) => bus.publish('holdings.changed', body),
  );
  const holdings = new Holdings({ nowMs, onChange: () => news.changed() });
  // What an earlier run kept is remembered, but not offered, while serving on is turned off.
  const max = config.reseed ? KEPT_MAX : 0;
  const kept = new Kept({ store: journal.held, holdings, blake3, max });
  return { holdings, kept, news };
}

function listenToNews(
  { bus }: Context,
  { uploader, downloads, lines }: Pick<Opened, 'uploader' | 'downloads' | 'lines'>,
): void {
  bus.follow('share.changed', ({ catalogueRevision, groupsRevision = 0 }) =>
    uploader.contents.catalogueChanged(catalogueRevision + groupsRevision),
  );
  bus.follow('peers.changed', () => {
    lines.followMoves();
    downloads.poke();
  });
  bus.follow('leader.changed', () => downloads.poke());
}
