/** What a detour costs: the same file from a host that is dialled, that dials, and that a third host relays for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Way } from '@iwanto/wire';
import { loadBlake3 } from '@iwanto/merkle';
import { BenchHost, type ElectionSays } from './transfer-host.js';
import { type BenchNet, makeNet } from './transfer-net.js';
import { MEBIBYTE, large, runScenes } from './transfer-scene.js';
import { BenchShelf, type Shown } from './transfer-shelf.js';

const LARGE_BYTES = Number(process.env['IWANTO_BENCH_MIB'] ?? 1_024) * MEBIBYTE;
const [HUB, SOURCE, RELAY] = [0, 1, 2] as const;

/** The address at which others reach a host: the hub is the router of all. */
const addressOf = (net: BenchNet, at: number) => (at === HUB ? '10.78.1.1' : net.address(at));

/** Drops connections that one host opens to the other, as its firewall does. */
function close(net: BenchNet, host: number, from: number): void {
  const rule = `tcp flags & (syn | ack) == syn ip saddr ${addressOf(net, from)} drop`;
  const chain = `chain input { type filter hook input priority 0; ${rule}; }`;
  const { status, stderr } = net.run(host, ['nft', `table ip closed {\n${chain}\n}\n`], 10_000);
  if (status !== 0) throw new Error(`nft refused the rule: ${stderr}`);
}

/** The three hosts, and an election between them that answers like the real one. */
class Trio {
  readonly #hosts: BenchHost[];

  constructor(
    private readonly net: BenchNet,
    dir: string,
  ) {
    this.#hosts = [HUB, SOURCE, RELAY].map((at) => new BenchHost(net, at, join(dir, `h${at}`)));
  }

  host(at: number): BenchHost {
    return this.#hosts[at] as BenchHost;
  }

  /** `empty` is what the others share: the hub would copy what is on its own disk, and nothing would cross the wire. */
  async start(shelf: BenchShelf, empty: BenchShelf, shown: Shown): Promise<void> {
    await this.host(SOURCE).start(shelf, shown, []);
    await this.host(RELAY).start(empty, shown, [], this.#says(RELAY));
    const source = await this.#holder(SOURCE);
    await this.host(HUB).start(empty, shown, [source], this.#says(HUB));
    const all = await Promise.all([HUB, SOURCE, RELAY].map((at) => this.#holder(at)));
    for (const host of this.#hosts) await host.meet(all);
  }

  async stop(): Promise<void> {
    for (const host of this.#hosts) await host.stop();
  }

  async #holder(at: number) {
    return { ...(await this.host(at).holder()), address: addressOf(this.net, at) };
  }

  #says(at: number): ElectionSays {
    const where = async (of: number) => {
      const { peer, address, port } = await this.#holder(of);
      return { peer, address, port };
    };
    const [source, relay] = [this.host(SOURCE), this.host(RELAY)];
    return {
      'line.ask': async ({ line, ticket }) => {
        source.hears('line.asked', { ...(await where(at)), line, ticket, relay: null });
        return {};
      },
      'relay.ask': async ({ callee, line, ticket }) => {
        const { peer: caller } = await where(at);
        relay.hears('relay.asked', { caller, callee, line, ticket });
        return {};
      },
      'relay.agree': async ({ caller, line, ticket }) => {
        const { peer, address, port } = await where(RELAY);
        this.host(HUB).hears('relay.agreed', { ticket, address, port });
        const asked = { peer: caller, line, ticket, address, port, relay: peer };
        source.hears('line.asked', asked);
        return {};
      },
    };
  }
}

interface Measured {
  readonly megabytesPerSecond: number;
  /** Of the three hosts. */
  readonly cpuPerGigabyte: readonly number[];
}

/** One fetch by that way, from the question to the name on the disk. */
async function fetchBy(way: Way['kind']): Promise<Measured> {
  const dir = mkdtempSync('/dev/shm/iwanto-bench-');
  const net = makeNet(2);
  const trio = new Trio(net, dir);
  try {
    if (way !== 'direct') close(net, SOURCE, HUB);
    if (way === 'relayed') close(net, HUB, SOURCE);
    const blake3 = await loadBlake3();
    const shelf = new BenchShelf(blake3);
    const shown = large(LARGE_BYTES)(shelf, dir);
    await trio.start(shelf, new BenchShelf(blake3), shown);
    const seconds = await trio.host(HUB).fetch(shown);
    const { ways } = await trio.host(HUB).bus.call('ways.get', {});
    if (ways[0]?.way !== way) throw new Error(`the way was ${ways[0]?.way ?? 'none'}, not ${way}`);
    return {
      megabytesPerSecond: shown.size / seconds / 1e6,
      cpuPerGigabyte: [HUB, SOURCE, RELAY].map(
        (at) => trio.host(at).cpuSeconds() / (shown.size / 1e9),
      ),
    };
  } finally {
    await trio.stop();
    net.remove();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function ways(): Promise<void> {
  const direct = await fetchBy('direct');
  const reversed = await fetchBy('reversed');
  const relayed = await fetchBy('relayed');
  const textOf = ({ megabytesPerSecond, cpuPerGigabyte }: Measured) =>
    `${megabytesPerSecond.toFixed(0)} MB/s (${(megabytesPerSecond / direct.megabytesPerSecond).toFixed(2)}; ` +
    `CPU s/GB ${cpuPerGigabyte.map((each) => each.toFixed(2)).join(' + ')})`;
  console.log(
    `one file of ${LARGE_BYTES / MEBIBYTE} MiB, three ways to its source, finding the way included (downloader + source + relay): ` +
      `direct ${textOf(direct)}, reversed ${textOf(reversed)}, relayed ${textOf(relayed)}`,
  );
}

await runScenes({ ways });
