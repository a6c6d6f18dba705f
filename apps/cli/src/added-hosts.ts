/** Hosts that the user names because multicast does not reach them: added, waited for, and forgotten. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddedHost, Bus, KnownPeer } from '@iwanto/bus';
import { DEFAULT_PORTS } from '@iwanto/service';
import { Failure, endpointText } from '@iwanto/wire';
import { withBus } from './ask.js';
import { jsonLine, say, shown, timeText } from './print.js';

/** How long `--wait` waits for an answer, in ms, and how often it looks. */
const WAIT_MS = 10_000;
const LOOK_MS = 100;
/** One name may stand for hosts in several subnets: after the first answer the others have this much longer, in ms. */
const OTHERS_MS = 2_000;

export interface NamedHost {
  readonly host: string;
  readonly port?: number;
}

const portOf = ({ port = DEFAULT_PORTS.election }: NamedHost) => port;
const textOf = (named: NamedHost) => shown(endpointText(named.host, portOf(named)));

/** Adds them one by one; one that fails does not keep out the others. */
export const addHosts = (hosts: readonly NamedHost[], json: boolean): Promise<void> =>
  withBus((bus) =>
    forEach(hosts, async (named) => {
      const answer = await bus.call('peers.add', named);
      say(json ? jsonLine(answer) : `added: ${addressesText(named, answer)}`);
    }),
  );

/** The same, and waits for all of them at the same time. */
export const addHostsAndWait = (hosts: readonly NamedHost[], json: boolean): Promise<void> =>
  withBus(async (bus) => {
    const untilMs = Date.now() + WAIT_MS;
    const waits = hosts.map(async (named) => {
      const answer = await bus.call('peers.add', named);
      return { answer, answered: await answering(bus, named, untilMs) };
    });
    await Promise.allSettled(waits);
    await forEach([...waits.entries()], async ([at, wait]) => {
      const named = hosts[at] as NamedHost;
      const { answer, answered } = await wait;
      const text = addressesText(named, answer);
      if (answered === undefined) throw silentFailure(named, text);
      const { peer, silent, tookMs } = answered;
      const { name } = peer;
      if (json) say(jsonLine({ ...answer, peer: peer.peer, name, silent }));
      else
        say(
          `added: ${text}, which is ${shown(name)} (${peer.peer}), answered after ${timeText(tookMs / 1_000)}${silentText(silent)}`,
        );
    });
  });

export const removeHosts = (hosts: readonly NamedHost[], json: boolean): Promise<void> =>
  withBus((bus) =>
    forEach(hosts, async (named) => {
      await bus.call('peers.remove', named);
      if (json) say(jsonLine({ removed: endpointText(named.host, portOf(named)) }));
      else say(`removed: ${textOf(named)}; it stays in the list while it is heard`);
    }),
  );

/** One after the other; what fails is said at the end, with the code of the first. */
async function forEach<T>(list: readonly T[], act: (each: T) => Promise<void>): Promise<void> {
  const failures: Failure[] = [];
  for (const each of list) {
    try {
      await act(each);
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause;
      failures.push(cause);
    }
  }
  const [first] = failures;
  if (!first) return;
  throw new Failure(first.code, [...new Set(failures.map(({ sentence }) => sentence))].join(' '));
}

interface Addresses {
  readonly address: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

/** A name with one address is shown by it, one with several with all of them. */
const addressesText = (named: NamedHost, { address, port, addresses }: Addresses): string =>
  addresses.length > 1
    ? `${textOf(named)} (${addresses.map(shown).join(', ')})`
    : shown(endpointText(address, port));

const silentText = (silent: readonly string[]): string =>
  silent.length === 0 ? '' : `; nothing was heard from ${silent.map(shown).join(', ')} yet`;

const silentFailure = (named: NamedHost, text: string) =>
  new Failure(
    'E_NO_SOURCE',
    `${text} was added but has not answered within ${timeText(WAIT_MS / 1_000)}: is iwanto running there, and does a firewall there allow UDP ${portOf(named)} inbound? This host keeps trying; "iwanto doctor ${named.host}" looks for the cause.`,
  );

interface Answered {
  readonly peer: KnownPeer;
  /** Addresses of the name that did not answer. */
  readonly silent: readonly string[];
  readonly tookMs: number;
}

/** The first peer at those addresses that was heard and is known by name. */
async function answering(
  bus: Bus,
  named: NamedHost,
  untilMs: number,
): Promise<Answered | undefined> {
  const startedMs = Date.now();
  let first: Answered | undefined;
  for (let giveUpMs = untilMs; Date.now() < giveUpMs; await sleep(LOOK_MS)) {
    const { peer, added } = await lookFor(bus, named);
    if (peer === undefined || added === undefined) continue;
    const { silent = [] } = added;
    const tookMs = first?.tookMs ?? Date.now() - startedMs;
    if (first === undefined) giveUpMs = Math.min(untilMs, Date.now() + OTHERS_MS);
    first = { peer: first?.peer ?? peer, silent, tookMs };
    if (silent.length === 0) break;
  }
  return first;
}

async function lookFor(bus: Bus, named: NamedHost) {
  const [{ hosts }, { peers }] = await Promise.all([
    bus.call('peers.added', {}),
    bus.call('peers.get', {}),
  ]);
  const added = hosts.find(({ host, port }) => host === named.host && port === portOf(named));
  const isHeard = added !== undefined && added.heardMsAgo !== null;
  return { added, peer: isHeard ? peers.find((each) => isAt(each, added)) : undefined };
}

/** Whether a peer is at one of the addresses of an added host; one that was heard there may be reached at another one. */
export const isAt = ({ peer, address, electionPort, seen }: KnownPeer, added: AddedHost): boolean =>
  seen !== 'self' &&
  (added.peers?.includes(peer) === true ||
    (electionPort === added.port && added.addresses.includes(address)));
