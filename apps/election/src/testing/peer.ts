/** One election with keys of its own on a test network. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { leadershipOf } from '@iwanto/consensus';
import type { BootId, PeerCard, PeerId, PublicKey } from '@iwanto/wire';
import { Election } from '../election.js';
import { hmac, keysVerifier, secretSeal } from '../keys.js';
import type { UdpNetworkOptions } from '../multicast.js';
import type { Network } from '../network.js';
import { performer } from '../perform.js';
import type { Lan } from './memory-lan.js';

const hexOf = (base64url = '') => Buffer.from(base64url, 'base64url').toString('hex');

/** Fresh keys as the service has them. */
export function newKeys() {
  const signing = generateKeyPairSync('ed25519');
  const curve = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const signKey = hexOf(signing.publicKey.export({ format: 'jwk' }).x) as PublicKey;
  const digest = createHash('sha256').update(Buffer.from(signKey, 'hex')).digest('hex');
  const curveKeys = { publicKey: hexOf(curve.x) as PublicKey, secretKey: hexOf(curve.d) };
  return {
    peer: digest.slice(0, 20) as PeerId,
    signKey,
    curve: curveKeys,
    sign: (bytes: Uint8Array): Uint8Array => sign(null, bytes, signing.privateKey),
    ...keysVerifier(),
    ...secretSeal(curveKeys),
  };
}

export type TestKeys = ReturnType<typeof newKeys>;

export const newBoot = (): BootId => randomBytes(8).toString('hex') as BootId;

export const cardOf = (keys: TestKeys, electionPort: number): PeerCard => ({
  electionPort,
  indexerPort: 0,
  transferPort: 0,
  curveKey: keys.curve.publicKey,
  name: 'test',
});

export class Peer {
  readonly id: PeerId;
  readonly #left: Promise<void>;

  private constructor(
    readonly network: Network,
    readonly election: Election,
    readonly bornMs: number,
    left: Promise<void>,
  ) {
    this.id = election.state.config.peer;
    this.#left = left;
  }

  static async start(
    lan: Lan,
    { bornMs = 0, keys = newKeys(), options = {} as Partial<UdpNetworkOptions> },
  ): Promise<Peer> {
    let said: () => void = () => undefined;
    const left = new Promise<void>((done) => (said = done));
    const network = await lan.join((incoming) => election.hear(incoming), options);
    const nothing = () => undefined;
    const election: Election = new Election({
      config: { peer: keys.peer, boot: newBoot(), random: Math.random, randomBytes, hmac },
      keys,
      nowMs: () => performance.now(),
      acquaint: (address) => network.acquaint(address),
      perform: performer({
        network,
        keys,
        leadershipChanged: nothing,
        peersChanged: nothing,
        remember: nothing,
        log: nothing,
        duplicateIdentity: nothing,
        left: () => said(),
        dial: nothing,
        bridge: nothing,
      }),
    });
    const card = cardOf(keys, network.port);
    election.start({ bornMs, card, staticPeers: [], remembered: [] });
    return new Peer(network, election, bornMs, left);
  }

  get leader(): PeerId | undefined {
    return leadershipOf(this.election.state).leader?.peer;
  }

  get standbys(): PeerId[] {
    return leadershipOf(this.election.state).standbys.map(({ peer }) => peer);
  }

  /** Without a goodbye. */
  async kill(): Promise<void> {
    this.election.stop();
    await this.network.close();
  }

  async leave(): Promise<void> {
    this.election.take({ type: 'leave' });
    await this.#left;
    await this.kill();
  }
}
