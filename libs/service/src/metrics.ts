/** The state of this host as metrics, with the names that Prometheus asks for: units last, counters in _total. */
import {
  type Bus,
  type Download,
  type Leadership,
  type Peers,
  SERVICES,
  type ServiceStatus,
  type Shared,
  unlessAbsent,
} from '@iwanto/bus';
import type * as Prometheus from 'prom-client';
import { version } from './version.js';

export interface MetricsText {
  readonly text: string;
  readonly type: string;
}

const DOWNLOAD_STATES = [
  ...(['locating', 'running', 'stalled', 'paused'] as const),
  ...(['done', 'failed', 'cancelled'] as const),
];

/** One look at everything, without the part of a service that is down. */
export async function metricsText(bus: Pick<Bus, 'call'>): Promise<MetricsText> {
  const [leadership, known, shared, downloads, uploads, ...statuses] = await Promise.all([
    unlessAbsent(bus.call('leader.get', {})),
    unlessAbsent(bus.call('peers.get', {})),
    unlessAbsent(bus.call('share.get', {})),
    unlessAbsent(bus.call('download.list', {})),
    unlessAbsent(bus.call('upload.list', {})),
    ...SERVICES.map((service) => unlessAbsent(bus.call(`${service}.status`, {}))),
  ]);
  const figures = await Figures.open();
  ofServices(figures, statuses);
  if (leadership && known) ofCluster(figures, leadership, known);
  if (shared) ofShares(figures, shared);
  if (downloads) ofDownloads(figures, downloads.downloads);
  if (uploads) {
    figures
      .gauge('uploads', 'Contents that are being sent to other peers.')
      .set(uploads.uploads.length);
    figures
      .counter('upload_bytes', 'Bytes sent to other peers since the transfer service started.')
      .inc(uploads.bytesSent);
  }
  return figures.text();
}

/** A registry for one look: prom-client is loaded only when it is needed. */
class Figures {
  readonly #registry: Prometheus.Registry;

  private constructor(private readonly client: typeof Prometheus) {
    this.#registry = new client.Registry();
  }

  static async open(): Promise<Figures> {
    return new Figures(await import('prom-client'));
  }

  gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []) {
    const registers = [this.#registry];
    return new this.client.Gauge({ name: `iwanto_${name}`, help, labelNames, registers });
  }

  counter(name: string, help: string) {
    const registers = [this.#registry];
    return new this.client.Counter({ name: `iwanto_${name}_total`, help, registers });
  }

  async text(): Promise<MetricsText> {
    return { text: await this.#registry.metrics(), type: this.#registry.contentType };
  }
}

function ofServices(figures: Figures, statuses: readonly (ServiceStatus | undefined)[]): void {
  figures
    .gauge('build_info', '1, with the version of this program.', ['version'])
    .set({ version }, 1);
  const up = figures.gauge('service_up', '1 while the service is ready.', ['service']);
  const uptime = figures.gauge('service_uptime_seconds', 'Time since the service started.', [
    ...(['service', 'version'] as const),
  ]);
  for (const [at, service] of SERVICES.entries()) {
    const status = statuses[at];
    up.set({ service }, status?.ready ? 1 : 0);
    if (status) uptime.set({ service, version: status.version }, status.startedMsAgo / 1_000);
  }
}

function ofCluster(figures: Figures, { role, leader, epoch }: Leadership, { peers }: Peers): void {
  const members = peers.filter(({ member, seen }) => member || seen === 'self');
  figures.gauge('peers', 'Members of the cluster, this host included.').set(members.length);
  figures.gauge('leader', '1 while this host leads.').set(role === 'leader' ? 1 : 0);
  figures.gauge('leader_known', '1 while a leader is known.').set(leader === null ? 0 : 1);
  figures.gauge('epoch', 'The epoch of the leader.').set(epoch);
}

function ofShares(figures: Figures, { files, bytes, folders, indexing }: Shared): void {
  const left = indexing.active ? indexing.filesTotal - indexing.filesDone : 0;
  figures.gauge('shared_files', 'Files that others can find here.').set(files);
  figures.gauge('shared_bytes', 'Bytes of these files.').set(bytes);
  figures.gauge('shared_folders', 'Shared folders.').set(folders.length);
  figures.gauge('indexing_files_left', 'Files still to be hashed.').set(left);
}

function ofDownloads(figures: Figures, downloads: readonly Download[]): void {
  const count = figures.gauge('downloads', 'Downloads on the list, by state.', ['state']);
  for (const state of DOWNLOAD_STATES) {
    count.set({ state }, downloads.filter((one) => one.state === state).length);
  }
  const rate = downloads
    .filter(({ state }) => state === 'running')
    .reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0);
  figures.gauge('download_bytes_per_second', 'Rate of all running downloads.').set(rate);
}
