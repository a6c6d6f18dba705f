/** The hosts of a benchmark of transfer: a hub that fetches and the sources, in namespaces of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadBlake3 } from '@iwanto/merkle';
import { BenchHost } from './transfer-host.js';
import { type BenchNet, makeNet, netImpossible } from './transfer-net.js';
import { BenchShelf, type Shown } from './transfer-shelf.js';

export const MEBIBYTE = 1_048_576;

export interface Scene {
  readonly sources: number;
  /** What each source can send, in megabits per second; unbounded without. */
  readonly megabits?: readonly number[];
  readonly make: (shelf: BenchShelf, dir: string) => Shown;
  /** The same for the first source. */
  readonly firstHas?: (shelf: BenchShelf, shown: Shown, dir: string) => BenchShelf;
}

/** Where a competitor can run: same namespaces, same data. */
export interface Beside {
  readonly net: BenchNet;
  readonly dir: string;
}

type Act = (hub: BenchHost, sources: BenchHost[], shown: Shown, beside: Beside) => Promise<void>;

/** Sets up a hub and its sources, lets `act` measure, and leaves nothing behind. */
export async function withHosts(scene: Scene, act: Act): Promise<void> {
  const dir = mkdtempSync('/dev/shm/iwanto-bench-');
  const net = makeNet(scene.sources);
  const hosts: BenchHost[] = [];
  try {
    const blake3 = await loadBlake3();
    const shelf = new BenchShelf(blake3);
    const shown = scene.make(shelf, dir);
    const first = scene.firstHas?.(shelf, shown, dir) ?? shelf;
    for (let at = 1; at <= scene.sources; at += 1) {
      const megabits = scene.megabits?.[at - 1];
      if (megabits !== undefined) net.shape(at, megabits);
      const source = new BenchHost(net, at, join(dir, `s${at}`));
      await source.start(at === 1 ? first : shelf, shown, []);
      hosts.push(source);
    }
    const hub = new BenchHost(net, 0, join(dir, 'hub'));
    const holders = await Promise.all(hosts.map((source) => source.holder()));
    // The hub shares nothing: it would copy what is on its own disk, and nothing would cross the wire.
    await hub.start(new BenchShelf(blake3), shown, holders);
    await act(hub, hosts, shown, { net, dir }).finally(() => hub.stop());
  } finally {
    for (const host of hosts) await host.stop();
    net.remove();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A file of that size. */
export const large = (bytes: number) => (shelf: BenchShelf, dir: string) =>
  shelf.newFile(join(dir, 'large.bin'), bytes, 1);

/** Runs the scenes that the command line names, or all; prints why if none can run. */
export async function runScenes(scenes: Record<string, () => Promise<void>>): Promise<never> {
  const impossible = netImpossible();
  if (impossible) console.log(`transfer benchmarks are skipped: ${impossible}`);
  const named = process.argv.slice(2);
  for (const [name, run] of Object.entries(scenes)) {
    if (!impossible && (named.length === 0 || named.includes(name))) await run();
  }
  process.exit();
}
