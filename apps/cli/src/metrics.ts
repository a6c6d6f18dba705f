/** The state of this host as metrics, with the names that Prometheus asks for: units last, counters in _total. */
import { type Bus, SERVICES } from '@iwanto/bus';
import { Failure } from '@iwanto/wire';
import { Counter, Gauge, Registry } from 'prom-client';
import { type Picture, lookAround } from './picture.js';

export interface MetricsText {
  readonly text: string;
  readonly type: string;
}

/** One look at everything. */
export async function metricsText(bus: Bus): Promise<MetricsText> {
  const registry = new Registry();
  const [picture, sentBytes] = await Promise.all([lookAround(bus), bytesSent(bus)]);
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name: `iwanto_${name}`, help, registers: [registry] }).set(value);
  ofServices(registry, picture);
  gauge('peers', 'Members of the cluster, this host included.', picture.peers.length);
  gauge('leader', '1 while this host leads.', picture.role === 'leader' ? 1 : 0);
  gauge('leader_known', '1 while a leader is known.', picture.leader === null ? 0 : 1);
  gauge('epoch', 'The epoch of the leader.', picture.epoch ?? 0);
  ofShares(gauge, picture);
  ofDownloads(registry, picture);
  if (sentBytes !== undefined) {
    new Counter({
      name: 'iwanto_upload_bytes_total',
      help: 'Bytes sent to other peers since the transfer service started.',
      registers: [registry],
    }).inc(sentBytes);
  }
  return { text: await registry.metrics(), type: registry.contentType };
}

type SetGauge = (name: string, help: string, value: number) => void;

function ofServices(registry: Registry, { services, details }: Picture): void {
  const up = new Gauge({
    name: 'iwanto_service_up',
    help: '1 while the service is ready.',
    labelNames: ['service'],
    registers: [registry],
  });
  for (const service of SERVICES) up.set({ service }, services[service] === 'ready' ? 1 : 0);
  const uptime = new Gauge({
    name: 'iwanto_service_uptime_seconds',
    help: 'Time since the service started.',
    labelNames: ['service', 'version'],
    registers: [registry],
  });
  for (const { service, version, startedMsAgo } of details) {
    uptime.set({ service, version }, startedMsAgo / 1_000);
  }
}

function ofShares(gauge: SetGauge, { shared }: Picture): void {
  if (!shared) return;
  const { files, bytes, folders, indexing } = shared;
  gauge('shared_files', 'Files that others can find here.', files);
  gauge('shared_bytes', 'Bytes of these files.', bytes);
  gauge('shared_folders', 'Shared folders.', folders.length);
  gauge(
    'indexing_files_left',
    'Files still to be hashed.',
    indexing.active ? indexing.filesTotal - indexing.filesDone : 0,
  );
}

function ofDownloads(registry: Registry, { downloads }: Picture): void {
  const count = new Gauge({
    name: 'iwanto_downloads',
    help: 'Downloads on the list, by state.',
    labelNames: ['state'],
    registers: [registry],
  });
  for (const state of ['locating', 'running', 'stalled', 'done', 'failed', 'cancelled'] as const) {
    count.set({ state }, downloads.filter((one) => one.state === state).length);
  }
  const rate = downloads.reduce(
    (sum, one) => sum + (one.state === 'running' ? one.bytesPerSecond : 0),
    0,
  );
  new Gauge({
    name: 'iwanto_download_bytes_per_second',
    help: 'Rate of all running downloads.',
    registers: [registry],
  }).set(rate);
}

/** Undefined where the transfer service is away. */
async function bytesSent(bus: Bus): Promise<number | undefined> {
  try {
    return (await bus.call('upload.list', {})).bytesSent;
  } catch (cause) {
    if (cause instanceof Failure) return undefined;
    throw cause;
  }
}
