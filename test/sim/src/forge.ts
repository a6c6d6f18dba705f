/** What a stranger may do: it has an identity of its own, so it cannot speak in another's name. */
import type {
  BeatMessage,
  BootId,
  ElectionMessage,
  LeaderTuple,
  Nonce,
  PeerCard,
  PeerId,
  PublicKey,
} from '@iwanto/wire';
import { AGE_MS_MAX, COOKIE_BYTES, UINT48_MAX } from '@iwanto/wire';
import { leadersOf } from './agreement.js';
import type { Forgery } from './faults.js';
import type { World } from './world.js';

/** HELLOs of a flood, all at the same time, each from a different identity. */
const FLOOD = 2_000;
/** Later than all that anybody said yet. */
const LATE_SEQ = 2 ** 40;
/** An allowed jump of the epoch. */
const FAR = 500_000;
export const STRANGER = { address: '10.9.9.9', port: 9 };
const CARD: PeerCard = {
  electionPort: 9,
  indexerPort: 9,
  transferPort: 9,
  curveKey: '99'.repeat(32) as PublicKey,
  name: 'stranger',
};

function header(world: World, epoch: number) {
  return {
    sender: world.prng.hex(10) as PeerId,
    boot: world.prng.hex(8) as BootId,
    epoch,
    seq: 1,
  };
}

function message(world: World, what: Forgery): ElectionMessage {
  switch (what) {
    case 'jump':
      return { ...header(world, UINT48_MAX), type: 'hello', rank: 1, card: CARD, joining: true };
    case 'ahead':
      return { ...header(world, 1_000), type: 'hello', rank: 1, card: CARD, joining: true };
    case 'born0':
    case 'flood':
      return { ...header(world, 0), type: 'hello', rank: 0, card: CARD, joining: true };
    case 'leave':
      return { ...header(world, 0), type: 'leave' };
    case 'beat':
      return beat(world, UINT48_MAX);
    case 'older':
      return beat(world, latestEpoch(world) + 1);
    case 'impostor': {
      const [leader] = leadersOf(world);
      const forged = beat(world, latestEpoch(world) + FAR);
      const named = leader === undefined ? {} : { peer: leader.peer, boot: leader.boot };
      return { ...forged, seq: LATE_SEQ, heardMs: 0, leader: { ...forged.leader, ...named } };
    }
    case 'knock':
      return { ...header(world, 0), type: 'knock', ...madeUp(world) };
    case 'cookie':
      return { ...header(world, 0), type: 'cookie', ...madeUp(world) };
    case 'claim': {
      const [leader] = leadersOf(world);
      const epoch = latestEpoch(world);
      const head = header(world, epoch);
      const old = { peer: leader?.peer ?? head.sender, boot: leader?.boot ?? head.boot };
      return {
        ...head,
        type: 'claim',
        claimEpoch: epoch + 1,
        rank: UINT48_MAX,
        old,
        ageMs: AGE_MS_MAX,
        left: true,
      };
    }
  }
}

/** A cookie that nobody gave, and a nonce that nobody chose: it never hears what is sent to its address. */
const madeUp = (world: World) => ({
  nonce: world.prng.hex(8) as Nonce,
  cookie: world.prng.bytes(COOKIE_BYTES),
});

const latestEpoch = (world: World) => Math.max(...world.hosts.map((host) => host.state.epoch));

/** Of a leader older than all. */
function beat(world: World, epoch: number): BeatMessage {
  const head = header(world, epoch);
  const leader: LeaderTuple = {
    peer: head.sender,
    boot: head.boot,
    epoch,
    reign: epoch,
    rank: 0,
    address: null,
    lost: false,
  };
  return {
    ...head,
    type: 'beat',
    leader,
    standbys: [],
    members: 0,
    rosterVersion: 0,
    heardMs: null,
    previous: null,
    card: CARD,
  };
}

/** What no host accepts when it was sent to all. */
const SENT_TO_ONE: readonly Forgery[] = ['claim', 'knock', 'cookie'];

/** Sends it to every host, some messages one by one. */
export function forge(world: World, what: Forgery): void {
  for (let count = what === 'flood' ? FLOOD : 1; count > 0; count--) {
    const forged = message(world, what);
    const multicast = !SENT_TO_ONE.includes(what);
    for (const host of world.hosts)
      world.give(host, { type: 'received', message: forged, from: STRANGER, multicast });
  }
}
