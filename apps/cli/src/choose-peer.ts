/** `iwanto trust` and `iwanto block`: lists of peers in the configuration; a peer is in one of them at most. */
import { EXIT, homePaths, readConfig, loadIdentity } from '@iwanto/service';
import { Failure, type PeerId, peerIdSchema } from '@iwanto/wire';
import { withBus } from './ask.js';
import { changeConfig } from './change-config.js';
import { peerFrom } from './peer-names.js';
import { jsonLine, remark, say } from './print.js';

export interface Choosing {
  readonly peer: string | undefined;
  readonly undo: boolean;
  readonly json: boolean;
}

const LISTS = ['trust', 'block'] as const;

export async function choosePeer(
  list: (typeof LISTS)[number],
  { peer, undo, json }: Choosing,
): Promise<number> {
  const paths = homePaths();
  const { trust, block } = (await readConfig(paths)).config;
  const lists: Record<(typeof LISTS)[number], PeerId[]> = { trust, block };
  if (peer !== undefined) {
    const chosen = await peerOf(peer);
    const { peer: own } = await loadIdentity(paths);
    if (chosen === own) throw new Failure('E_BAD_REQUEST', `${chosen} is this host itself.`);
    for (const each of LISTS) lists[each] = lists[each].filter((one) => one !== chosen);
    if (!undo) lists[list].push(chosen);
    await changeConfig(paths, lists);
  }
  if (json) say(jsonLine(lists));
  else for (const one of lists[list]) say(one);
  if (!json && lists[list].length === 0)
    remark(`No peer is ${list === 'trust' ? 'trusted' : 'blocked'}.`);
  return EXIT.done;
}

/** A whole peer id may belong to a peer that is offline. */
async function peerOf(typed: string): Promise<PeerId> {
  const whole = peerIdSchema.safeParse(typed);
  if (whole.success) return whole.data;
  const { peers } = await withBus((bus) => bus.call('peers.get', {}));
  return peerFrom(peers, typed);
}
