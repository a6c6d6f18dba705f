/** Performs the outputs of the state machine, one line for each kind. */
import type { BridgeWish, DialWish, LogOutput, Output } from '@iwanto/consensus';
import {
  type Address,
  type DatagramSigner,
  type ElectionMessage,
  type PeerCard,
  type SecretSeal,
  isLoopback,
  sealDatagram,
  withSealedSecret,
} from '@iwanto/wire';
import { withoutLoopback } from './loopback.js';
import type { Network, Reach } from './network.js';
import type { Story } from './story.js';

type LogLevel = LogOutput['level'];

export interface Performers {
  readonly network: Network;
  readonly keys: DatagramSigner & SecretSeal;
  /** This host's own card as a host at that address can use it; the same for all when left out. */
  readonly cardFor?: (card: PeerCard, to: Address) => PeerCard;
  /** Written into every datagram; the open LAN's when left out. */
  readonly group?: number;
  readonly leadershipChanged: () => void;
  readonly peersChanged: () => void;
  readonly remember: (addresses: readonly Address[]) => void;
  readonly log: (level: LogLevel, sentence: string) => void;
  /** Logs what goes out. */
  readonly story?: Pick<Story, 'sent'>;
  readonly duplicateIdentity: (address: Address) => void;
  readonly left: () => void;
  /** A peer asks to be dialled. */
  readonly dial: (wish: DialWish) => void;
  /** A connection needs a relay: this host, or another one for it. */
  readonly bridge: (wish: BridgeWish) => void;
}

type Acts = { readonly [T in Output['type']]: (output: Extract<Output, { type: T }>) => void };

export function performer(with_: Performers): (output: Output) => void {
  const { network, keys, log } = with_;
  const bytesOf = (message: ElectionMessage, reach: Reach): Uint8Array | undefined => {
    const told = reach === 'host' ? message : withoutLoopback(message);
    const bytes = sealDatagram(told, keys, with_.group);
    if (typeof bytes !== 'string') return bytes;
    log('warn', bytes);
    return undefined;
  };
  const acts: Acts = {
    send: ({ to, message, sealFor }) => {
      const reach = isLoopback(to.address) ? 'host' : 'lan';
      const own = withCard(message, (card) => with_.cardFor?.(card, to) ?? card);
      const bytes = bytesOf(withSealedSecret(own, keys, sealFor), reach);
      if (bytes) network.send(bytes, to);
      with_.story?.sent(message, to);
    },
    multicast: ({ message }) => {
      // Signed once, however many interfaces it goes to.
      const signed = new Map<Reach, Uint8Array | undefined>();
      network.multicast((reach) => {
        if (!signed.has(reach)) signed.set(reach, bytesOf(message, reach));
        return signed.get(reach);
      });
      with_.story?.sent(message, null);
    },
    leadershipChanged: () => with_.leadershipChanged(),
    peersChanged: () => with_.peersChanged(),
    acquaint: ({ address }) => network.opened(address),
    remember: ({ addresses }) => with_.remember(addresses),
    log: ({ level, sentence }) => log(level, sentence),
    duplicateIdentity: ({ address }) => with_.duplicateIdentity(address),
    left: () => with_.left(),
    dial: ({ peer, line, ticket }) => with_.dial({ peer, line, ticket }),
    bridge: ({ relay, callee, caller, line, ticket }) =>
      with_.bridge({ relay, callee, caller, line, ticket }),
  };
  return (output) => (acts[output.type] as (one: Output) => void)(output);
}

/** A card is always the sender's own. */
const withCard = (message: ElectionMessage, change: (card: PeerCard) => PeerCard) =>
  'card' in message && message.card !== null ? { ...message, card: change(message.card) } : message;
