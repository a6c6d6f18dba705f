/** Honest peers on the loopback interface, as their users see them, and attackers beside them. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Peer, apart, freePort, sha256Of, until, writeMade } from '@iwanto/peer';
import type { Address, FileHash } from '@iwanto/wire';
import { Identity, type IdentityOptions } from './identity.js';

const FOUND_LIMIT_MS = 30_000;
/** Nobody who is older can lead: epochs are seconds since 2020 at the most. */
const OLDEST_MS = Date.UTC(2020, 0, 2);
const MIB = 1_048_576;
const MS_PER_SECOND = 1_000;

/** What the honest asker wants. */
export const WANTED = 'report.pdf';

export interface Wanted {
  readonly hash: FileHash;
  readonly size: number;
}

export class Room {
  readonly #closing: (() => unknown)[] = [];
  /** Fetches. */
  readonly asker: Peer;
  /** Shares, and leads. */
  readonly owner: Peer;
  #attackers = 0;
  #discoveryPort = 0;
  #electionPort = 0;

  private constructor(
    readonly root: string,
    private readonly wantedBytes: number,
  ) {
    this.owner = new Peer(join(root, 'owner'));
    this.asker = new Peer(join(root, 'asker'));
  }

  /** Both run, and the asker finds what it wants. */
  static async open(wantedBytes: number): Promise<Room> {
    const room = new Room(await mkdtemp(join(tmpdir(), 'iwanto-hostile-')), wantedBytes);
    await room.#start().catch(async (cause: unknown) => {
      await room.close();
      throw cause;
    });
    return room;
  }

  async #start(): Promise<void> {
    const discoveryPort = (this.#discoveryPort = await freePort());
    await writeMade(join(this.shared, WANTED), this.wantedBytes);
    for (const [peer, share] of [
      [this.owner, [this.shared]],
      [this.asker, []],
    ] as const) {
      await mkdir(peer.home, { recursive: true });
      const config = { ...(await apart(discoveryPort)), share, downloadDir: this.fetched };
      const downloadDir = peer === this.asker ? this.fetched : join(this.root, 'owner-fetched');
      await mkdir(downloadDir, { recursive: true });
      await writeFile(join(peer.home, 'config.json'), JSON.stringify({ ...config, downloadDir }));
      this.#closing.push(() => peer.kill());
      await peer.start();
    }
    this.#electionPort = (await this.#detail('election')).port;
    await this.find();
  }

  get shared(): string {
    return join(this.root, 'shared');
  }

  get fetched(): string {
    return join(this.root, 'fetched');
  }

  async find(): Promise<Wanted> {
    const { hash, size } = await this.asker.find('report', WANTED, FOUND_LIMIT_MS);
    return { hash: hash as FileHash, size };
  }

  /** Joins as a member under the address of another host: 127.0.0.2 and up, or a given one. */
  async attacker(options: Partial<IdentityOptions> = {}): Promise<Identity> {
    this.#attackers += 1;
    const identity = await Identity.join({
      home: join(this.root, `attacker-${this.#attackers}`),
      address: addressOf(this.#attackers),
      discoveryPort: this.#discoveryPort,
      seed: this.seed,
      ...options,
    });
    this.#closing.push(() => identity.close());
    return identity;
  }

  /** Somebody who leads a cluster of its own, and says that it was born years ago. */
  founder(): Promise<Identity> {
    return this.attacker({ bornMs: OLDEST_MS, seed: undefined });
  }

  /** The election port of an honest host. */
  get seed(): Address {
    return { address: '127.0.0.1', port: this.#electionPort };
  }

  attackers(count: number, address?: string): Promise<Identity[]> {
    const options = address === undefined ? {} : { address };
    return Promise.all(Array.from({ length: count }, () => this.attacker(options)));
  }

  /** To be closed at the end. */
  with<T extends { close(): unknown }>(opened: T): T {
    this.#closing.push(() => opened.close());
    return opened;
  }

  async #detail(service: string, peer = this.owner) {
    const { details } = await peer.status();
    const found = details.find((one) => one.service === service);
    if (!found) throw new Error(`${service} does not run`);
    return found;
  }

  /** Where the owner's indexer answers, and with which key. */
  async leaderDoor() {
    const { leader } = (await this.attacker()).view;
    if (!leader) throw new Error('nobody leads');
    const { indexerPort: port, transferPort, curveKey: serverKey } = leader;
    return { address: '127.0.0.1', port, transferPort, serverKey };
  }

  pidOf = async (service: string, peer = this.owner) => (await this.#detail(service, peer)).pid;

  async residentMiB(service: string, peer = this.owner): Promise<number> {
    const text = readFileSync(`/proc/${await this.pidOf(service, peer)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1]) / 1_024;
  }

  /** Seconds of the whole command; throws unless the right bytes are there. */
  async download(...options: string[]): Promise<number> {
    const { hash } = await this.find();
    return this.fetch(hash, ...options);
  }

  /** The same for a hash, or the beginning of one, that is known already. */
  async fetch(hash: string, ...options: string[]): Promise<number> {
    const startMs = performance.now();
    const done = await this.asker.download(hash, '--no-reseed', ...options);
    const seconds = (performance.now() - startMs) / MS_PER_SECOND;
    const isRight = (await sha256Of(done.path)) === (await sha256Of(join(this.shared, WANTED)));
    if (!isRight) throw new Error(`${done.path} has other bytes`);
    await rm(done.path);
    return seconds;
  }

  /** Waits until this many holders are known of what is wanted. */
  async held(by: number): Promise<void> {
    await until(`${by} holders`, FOUND_LIMIT_MS, async () => {
      const { results } = await this.asker.json<{
        results: { name: string; peers: number }[];
      }>('search', 'report');
      return results.some(({ peers }) => peers >= by) || undefined;
    });
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
    await rm(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

export const mib = (count: number): number => count * MIB;

const addressOf = (number: number): string => `127.0.${number >> 7}.${2 + (number & 127)}`;
