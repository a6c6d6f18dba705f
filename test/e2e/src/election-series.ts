/** Runs one fault again and again on one real cluster and collects what was measured. */
import { reasonOf } from '@iwanto/wire';
import { ElectionCluster } from './election-cluster.js';
import type { Fault } from './election-faults.js';

export interface Series {
  readonly fault: Fault;
  readonly peers: number;
  readonly lostMs: readonly number[];
  readonly healedMs: readonly number[];
  /** Processes that ended by themselves, faults in logs, runs that never finished. */
  readonly faults: readonly string[];
}

/** A failed run ends the series: what follows would be measured on a cluster in an unknown state. */
export async function runSeries(fault: Fault, peers: number, runs: number): Promise<Series> {
  const services = fault.services ?? ['election'];
  const lostMs: number[] = [];
  const healedMs: number[] = [];
  const faults: string[] = [];
  const cluster = new ElectionCluster({
    peers,
    services,
    ...(fault.staticPeers ? { staticPeers: true } : {}),
  });
  try {
    await cluster.start();
    for (let run = 0; run < runs; run += 1) {
      const measured = await fault.run(cluster, await cluster.settled());
      if (measured.lostMs !== null) lostMs.push(measured.lostMs);
      if (measured.healedMs !== null) healedMs.push(measured.healedMs);
    }
  } catch (cause) {
    faults.push(reasonOf(cause));
  }
  faults.push(...cluster.faults());
  await cluster.remove();
  return { fault, peers, lostMs, healedMs, faults };
}

/** The quantile `share` of the sorted values; NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
