/** Parts of the built election service: an attacker sends as every host does, with its own sockets. */
import type { CurveKeys } from '@iwanto/bus';
import type { ElectionConfig, Input, Output, State } from '@iwanto/consensus';
import type { Address, DatagramSigner, DatagramVerifier, PeerCard, SecretSeal } from '@iwanto/wire';

type Untimed<I> = I extends Input ? Omit<I, 'nowMs'> : never;

interface ElectionOptions {
  readonly config: ElectionConfig;
  readonly keys: DatagramVerifier & SecretSeal;
  readonly group: number;
  readonly nowMs: () => number;
  readonly perform: (output: Output) => void;
  readonly acquaint: (address: string) => void;
}

interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: Address;
  readonly multicast: boolean;
  readonly zone: string;
}

interface Beginning {
  readonly bornMs: number;
  readonly card: PeerCard;
  readonly staticPeers: readonly Address[];
  readonly remembered: readonly Address[];
}

export interface RunningElection {
  readonly state: State;
  start(beginning: Beginning): void;
  take(input: Untimed<Input>): void;
  hear(datagram: Datagram): void;
  stop(): void;
}

interface Performers {
  readonly group: number;
  readonly network: {
    readonly port: number;
    readonly send: (bytes: Uint8Array, to: Address) => void;
    readonly multicast: () => void;
    readonly opened: () => void;
  };
  readonly keys: DatagramSigner & SecretSeal;
  readonly leadershipChanged: () => void;
  readonly peersChanged: () => void;
  readonly remember: () => void;
  readonly log: () => void;
  readonly duplicateIdentity: () => void;
  readonly left: () => void;
  readonly dial: () => void;
}

interface Parts {
  readonly Election: new (options: ElectionOptions) => RunningElection;
  readonly performer: (with_: Performers) => (output: Output) => void;
  readonly keysVerifier: () => DatagramVerifier;
  readonly secretSeal: (own: CurveKeys) => SecretSeal;
  readonly hmac: ElectionConfig['hmac'];
}

const part = (name: string) =>
  import(new URL(`../../../apps/election/dist/${name}.js`, import.meta.url).href) as Promise<Parts>;

export const electionParts: Parts = {
  ...(await part('election')),
  ...(await part('perform')),
  ...(await part('keys')),
};
