/** Waking a host: the packet is repeated until the host is online, or the time is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, KnownPeer } from '@iwanto/bus';
import { Failure, type PeerId, codeOf, reasonOf } from '@iwanto/wire';
import { timeText } from './print.js';

/** A host that sleeps needs some seconds, one that is switched off a minute or two. */
export const WAKE_SECONDS = 120;
export const WAKE_SECONDS_MAX = 3_600;
/** A packet may be lost, and the switch of a card that just woke needs a moment. */
const SEND_EVERY_MS = 3_000;
const LOOK_MS = 100;
/** What a host shares is known some seconds after it came, in ms. */
const ANNOUNCE_LIMIT_MS = 20_000;

export interface Wish {
  readonly peer: PeerId;
  readonly name: string;
}

export interface Woken extends Wish {
  /** It was here before anything was sent. */
  readonly wasHere: boolean;
  readonly seconds: number;
  /** The interfaces of this host that the packet left by. */
  readonly interfaces: readonly string[];
}

/** Wakes the hosts that are offline and waits for the first of them; E_NO_SOURCE when none appears in time. */
export async function wakeFirst(
  bus: Bus,
  wishes: readonly Wish[],
  limitSeconds: number,
): Promise<Woken> {
  const startedMs = performance.now();
  const passedSeconds = () => (performance.now() - startedMs) / 1_000;
  const here = await hereOf(bus, wishes);
  if (here) return { ...here, wasHere: true, seconds: 0, interfaces: [] };
  let [interfaces, sentMs]: [readonly string[], number] = [[], Number.NEGATIVE_INFINITY];
  do {
    if (performance.now() - sentMs > SEND_EVERY_MS) {
      interfaces = await send(bus, wishes);
      sentMs = performance.now();
    }
    await sleep(LOOK_MS);
    const came = await hereOf(bus, wishes);
    if (came) return { ...came, wasHere: false, seconds: passedSeconds(), interfaces };
  } while (passedSeconds() < limitSeconds);
  const who = wishes.map(({ name }) => name).join(', ');
  throw new Failure(
    'E_NO_SOURCE',
    `${who} did not come within ${timeText(limitSeconds)} after the wake-up packet left by ${interfaces.join(', ')}: is Wake-on-LAN switched on there ("ethtool INTERFACE" shows "Wake-on: g"), and does iwanto start with that host?`,
  );
}

/** The packet for each; one that can be sent is enough. */
async function send(bus: Bus, wishes: readonly Wish[]): Promise<string[]> {
  const sent = await Promise.allSettled(wishes.map(({ peer }) => bus.call('wake.send', { peer })));
  const interfaces = sent.flatMap((one) =>
    one.status === 'fulfilled' ? one.value.interfaces : [],
  );
  const [failed] = sent.filter((one) => one.status === 'rejected');
  if (interfaces.length === 0 && failed) throw failed.reason;
  return [...new Set(interfaces)];
}

async function hereOf(bus: Bus, wishes: readonly Wish[]): Promise<Wish | undefined> {
  const { peers } = await bus.call('peers.get', {});
  return wishes.find(({ peer }) => peers.some((each) => each.peer === peer && isHere(each)));
}

export const isHere = ({ member, seen }: KnownPeer): boolean => member || seen === 'self';

/** Wakes a holder of that content if no peer that is online has it; undefined if one has. */
export async function wakeHolder(
  bus: Bus,
  { hash, holders }: { readonly hash: string; readonly holders: readonly PeerId[] },
): Promise<Woken | undefined> {
  if (await isHeld(bus, hash)) return undefined;
  const { hosts } = await bus.call('wake.list', {});
  const wishes = hosts.filter(({ peer }) => holders.includes(peer));
  if (wishes.length === 0)
    throw new Failure(
      'E_NOT_FOUND',
      `Nobody who is here has ${hash.slice(0, 8)}, and no host that had it can be woken: search for it first, which shows who had it. "iwanto wake" lists the hosts that can be woken.`,
    );
  const woken = await wakeFirst(bus, wishes, WAKE_SECONDS);
  const untilMs = performance.now() + ANNOUNCE_LIMIT_MS;
  while (!(await isHeld(bus, hash)) && performance.now() < untilMs) await sleep(LOOK_MS);
  return woken;
}

/** Whether a peer that is online has it; a request that fails for another reason says nothing either way. */
async function isHeld(bus: Bus, hash: string): Promise<boolean> {
  try {
    const { holders, others = [] } = await bus.call('locate', { hash });
    return [{ holders }, ...others].some((claim) => claim.holders.length > 0);
  } catch (cause) {
    if (['E_NOT_FOUND', 'E_NO_LEADER', 'E_TIMEOUT', 'E_NOT_LEADER'].includes(codeOf(cause)))
      return false;
    throw cause instanceof Failure ? cause : new Failure('E_UNEXPECTED', reasonOf(cause));
  }
}
