/**
 * An attacker's identity that is a member of the LAN: keys, a UDP socket, and the real election, without a process of
 * its own, so that one attacker can be many.
 */
import { randomBytes } from 'node:crypto';
import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connectPeer, pack } from '@iwanto/bus';
import { type LeadershipView, leadershipOf } from '@iwanto/consensus';
import { type Identity as Keys, homePaths, loadIdentity } from '@iwanto/service';
import {
  type Address,
  type BootId,
  type CatalogId,
  type CatalogueEntry,
  Failure,
  type PeerCard,
} from '@iwanto/wire';
import { until } from '@iwanto/peer';
import { type RunningElection, electionParts } from './election-parts.js';

const JOIN_LIMIT_MS = 60_000;
const NOT_YET = new Set(['E_NO_LEADER', 'E_NOT_LEADER', 'E_NOT_RUNNING', 'E_TIMEOUT']);
const pause = () => new Promise<undefined>((later) => setTimeout(() => later(undefined), 50));
const { Election, keysVerifier, secretSeal, hmac, performer } = electionParts;

export interface IdentityOptions {
  readonly home: string;
  /** One of 127.0.0.0/8: each stands for a host of its own. */
  readonly address: string;
  /** The election port of an honest host; without one it leads a cluster of its own. */
  readonly seed: Address | undefined;
  /** When it says that it was born. */
  readonly bornMs?: number;
  /** What separates the room from other LANs. */
  readonly discoveryPort: number;
  readonly ports?: Partial<Pick<PeerCard, 'indexerPort' | 'transferPort'>>;
}

export class Identity {
  readonly #catalogId = randomBytes(8).toString('hex') as CatalogId;
  #revision = 0;

  private constructor(
    readonly keys: Keys,
    private readonly socket: Socket,
    private readonly election: RunningElection,
    private readonly card: PeerCard,
  ) {}

  /** Resolves when it has been admitted, or leads. */
  static async join(options: IdentityOptions): Promise<Identity> {
    await mkdir(options.home, { recursive: true });
    const keys = await loadIdentity(homePaths({ IWANT_HOME: options.home }));
    const socket = createSocket('udp4');
    socket.bind(0, options.address);
    await once(socket, 'listening');
    const card: PeerCard = {
      ...{ electionPort: socket.address().port, indexerPort: 0, transferPort: 0 },
      ...{ curveKey: keys.curve.publicKey, name: 'x', ...options.ports },
    };
    const election = electionOn(socket, keys, options.discoveryPort);
    const { seed, bornMs = Date.now() } = options;
    election.start({ bornMs, card, staticPeers: seed ? [seed] : [], remembered: [] });
    const identity = new Identity(keys, socket, election, card);
    await until('an attacker that is a member', JOIN_LIMIT_MS, async () => {
      await pause();
      const { leader } = identity.view;
      return (leader && (leader.peer === keys.peer) === (seed === undefined)) || undefined;
    });
    return identity;
  }

  get address(): string {
    return this.socket.address().address;
  }

  get view(): LeadershipView {
    return leadershipOf(this.election.state);
  }

  /** Where others may reach its services from now on. */
  listens(ports: Partial<Pick<PeerCard, 'indexerPort' | 'transferPort'>>): void {
    this.election.take({ type: 'endpointChanged', card: { ...this.card, ...ports } });
  }

  /** Shows itself, and whom it leads, to this host. */
  meet(seed: Address): void {
    this.election.take({ type: 'staticPeersChanged', addresses: [seed] });
  }

  /** Announces to leader and standbys that it shares this. */
  async announce(entries: readonly CatalogueEntry[]): Promise<void> {
    const [since, revision] = [this.#revision, this.#revision + 1];
    this.#revision = revision;
    const { peer, signKey, curve } = this.keys;
    const announcement = pack({
      ...{ peer, catalogId: this.#catalogId, since, revision, more: false },
      ...{ entries, gone: [] },
    });
    const signature = Uint8Array.from(this.keys.sign(announcement));
    const question = { signKey, announcement: Uint8Array.from(announcement), signature };
    const { leader, standbys } = this.view;
    for (const target of [leader, ...standbys]) {
      const { address, indexerPort: port = 0, curveKey: serverKey } = target ?? {};
      if (!address || !serverKey || port === 0 || target?.peer === peer) continue;
      const line = connectPeer({ address, port, serverKey, keys: curve });
      // Being admitted does not mean that every service there knows it yet.
      await until('an announcement that is taken', JOIN_LIMIT_MS, async () => {
        const answer = await line.call('announce', question).catch((cause: unknown) => {
          if (cause instanceof Failure && NOT_YET.has(cause.code)) return undefined;
          throw cause;
        });
        return answer ?? (await pause());
      }).finally(() => line.close());
    }
  }

  close(): void {
    this.election.stop();
    this.socket.close();
  }
}

function electionOn(socket: Socket, keys: Keys, group: number): RunningElection {
  const crypto = { ...keysVerifier(), ...secretSeal(keys.curve) };
  const boot = randomBytes(8).toString('hex') as BootId;
  const nothing = () => undefined;
  const network = {
    port: socket.address().port,
    send: (bytes: Uint8Array, { address, port }: Address) => socket.send(bytes, port, address),
    ...{ multicast: nothing, opened: nothing },
  };
  const election = new Election({
    config: { peer: keys.peer, boot, random: Math.random, randomBytes, hmac },
    keys: crypto,
    group,
    nowMs: () => performance.now(),
    acquaint: nothing,
    perform: performer({
      ...{ network, group },
      keys: { ...crypto, signKey: keys.signKey, sign: (bytes) => keys.sign(bytes) },
      ...{ leadershipChanged: nothing, peersChanged: nothing, remember: nothing, log: nothing },
      ...{ duplicateIdentity: nothing, left: nothing, dial: nothing },
    }),
  });
  socket.on('message', (bytes, { address, port }) =>
    election.hear({ bytes, from: { address, port }, multicast: false, zone: '' }),
  );
  return election;
}
