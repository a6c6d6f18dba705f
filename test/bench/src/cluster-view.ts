/** A cluster as its hosts see it, read over the bus of each: who leads, and how many are listed. */
import { setTimeout as pass } from 'node:timers/promises';
import type { Bus, Leadership } from '@iwanto/bus';
import { DEFAULT_PORTS } from '@iwanto/service';

/** Thirty services start on few processors. */
const LIMIT_MS = 180_000;
const LOOK_MS = 50;

/** What one host sees. */
export interface ClusterView {
  readonly leadership: Leadership | undefined;
  /** Members of its cluster that it lists, this one included. */
  listed(): Promise<number>;
}

export async function membersListed(bus: Bus): Promise<number> {
  const { peers } = await bus.call('peers.get', {});
  return peers.filter(({ member, seen }) => member || seen === 'self').length;
}

/** What `iwanto peers add` does. */
export async function addHost(bus: Bus, host: string): Promise<void> {
  await bus.call('peers.add', { host, port: DEFAULT_PORTS.election });
}

/** The host that all of them follow, itself included. */
export function leaderOf<View extends ClusterView>(views: readonly View[]): View | undefined {
  const first = views[0]?.leadership;
  const isSame = views.every(
    ({ leadership }) =>
      leadership?.leader?.peer === first?.leader?.peer && leadership?.epoch === first?.epoch,
  );
  const leader = views.find(({ leadership }) => leadership?.peer === first?.leader?.peer);
  return isSame && leader?.leadership?.role === 'leader' ? leader : undefined;
}

/** Resolves with how long it took until they follow one of them, in ms. */
export const untilAgreed = (views: readonly ClusterView[]) =>
  until('one leader', () => leaderOf(views) !== undefined);

/** The same until each of them also lists all, and nobody else. */
export const untilListed = (views: readonly ClusterView[]) =>
  until(`a list of ${views.length}`, async () => {
    if (leaderOf(views) === undefined) return false;
    const counts = await Promise.all(views.map((view) => view.listed()));
    return counts.every((count) => count === views.length);
  });

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
  const startedMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedMs > LIMIT_MS)
      throw new Error(`${what} was not there within ${LIMIT_MS} ms`);
    await pass(LOOK_MS);
  }
  return performance.now() - startedMs;
}
