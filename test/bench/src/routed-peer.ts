/** A whole peer at a host of a campus, asked over its bus: what it knows is read often and costs next to nothing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { type Bus, type Leadership, openBus } from '@iwanto/bus';
import { Peer, writeMade } from '@iwanto/peer';
import type { LanHost } from '@iwanto/peer/lan';
import { DEFAULT_PORTS } from '@iwanto/service';

const LIMIT_MS = 60_000;
const LOOK_MS = 20;

export class RoutedPeer {
  readonly cli: Peer;
  readonly #name: string;
  #bus: Bus | undefined;
  #leadership: Leadership | undefined;

  constructor(
    readonly host: LanHost,
    private readonly room: string,
  ) {
    this.cli = new Peer(join(room, `h${host.number}`), { host });
    this.#name = `from${host.number}.bin`;
  }

  /** Shares a file of that size. What it relays has no limit, as what is measured is what the program can do. */
  async start(bytes: number, ...options: string[]): Promise<void> {
    const { home } = this.cli;
    const shared = join(this.room, `shared${this.host.number}`);
    mkdirSync(home);
    await writeMade(join(shared, this.#name), bytes);
    const config = { share: [shared], downloadDir: join(home, 'in'), limits: { relay: '' } };
    writeFileSync(join(home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    this.#bus = await openBus({ runDir: join(home, 'run') });
    this.#bus.follow('leader.changed', (leadership) => (this.#leadership = leadership));
    await this.cli.start(...options);
  }

  get leadership(): Leadership | undefined {
    return this.#leadership;
  }

  /** What `iwanto peers add` does. */
  async add({ address }: { readonly address: string }): Promise<void> {
    await this.#bus?.call('peers.add', { host: address, port: DEFAULT_PORTS.election });
  }

  /** Members of its cluster that it lists, this one included. */
  async listed(): Promise<number> {
    const answer = await this.#bus?.call('peers.get', {});
    return answer?.peers.filter(({ member, seen }) => member || seen === 'self').length ?? 0;
  }

  /** The rate at which the whole command fetches the file of another peer, in MB/s, and the way it took. */
  async fetch(from: RoutedPeer): Promise<{ rate: number; way: string }> {
    const { hash, size } = await this.cli.find(from.#name, from.#name, LIMIT_MS);
    const startMs = performance.now();
    await this.cli.download(hash);
    const seconds = (performance.now() - startMs) / 1_000;
    const { ways = [] } = (await this.#bus?.call('ways.get', {})) ?? {};
    return { rate: size / seconds / 1e6, way: ways[0]?.way ?? 'direct' };
  }

  async close(): Promise<void> {
    this.cli.kill();
    await this.#bus?.close();
  }
}

/** Whether all of them, and nobody else, are one cluster: they follow one leader and list each other. */
async function isOne(peers: readonly RoutedPeer[]): Promise<boolean> {
  if (!isAgreed(peers)) return false;
  const counts = await Promise.all(peers.map((peer) => peer.listed()));
  return counts.every((count) => count === peers.length);
}

function isAgreed(peers: readonly RoutedPeer[]): boolean {
  const leaders = new Set(peers.map(({ leadership }) => leadership?.leader?.peer));
  const [leader] = leaders;
  return leaders.size === 1 && peers.some(({ leadership }) => leadership?.peer === leader);
}

/** Resolves with how long it took, in ms. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
  const startMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startMs > LIMIT_MS)
      throw new Error(`${what}: not within ${LIMIT_MS} ms`);
    await pass(LOOK_MS);
  }
  return performance.now() - startMs;
}

export const untilAgreed = (peers: readonly RoutedPeer[]) =>
  until('one leader', () => isAgreed(peers));
export const untilListed = (peers: readonly RoutedPeer[]) =>
  until('all listed', () => isOne(peers));
