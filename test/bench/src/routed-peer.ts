/** A whole peer at a host of a campus, asked over its bus: what it knows is read often and costs next to nothing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bus, type Leadership, openBus } from '@iwanto/bus';
import { Peer, writeMade } from '@iwanto/peer';
import type { LanHost } from '@iwanto/peer/lan';
import { type ClusterView, addHost, membersListed } from './cluster-view.js';

const LIMIT_MS = 60_000;

export class RoutedPeer implements ClusterView {
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

  async add({ address }: { readonly address: string }): Promise<void> {
    if (this.#bus) await addHost(this.#bus, address);
  }

  async listed(): Promise<number> {
    return this.#bus ? membersListed(this.#bus) : 0;
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
