/** What the mode means for this host, in words: which peers are admitted, and who can see this host nevertheless. */
import { type ConfigInForce, groupOfMode, homePaths, keyCheck, readInForce } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { type Picture } from './picture.js';
import { countText } from './print.js';
import type { Verdict } from './verdicts.js';

/** Nothing if everybody is admitted, or if the configuration cannot be read: then no service runs with it. */
export async function modeVerdicts(picture: Picture): Promise<Verdict[]> {
  try {
    const { config } = await readInForce(homePaths());
    const blocked = blockedVerdicts(config, picture);
    if (config.mode === 'pinned') return [...pinnedVerdicts(config, picture), ...blocked];
    return config.mode === 'group' ? [...groupVerdicts(config), ...blocked] : blocked;
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    return [{ level: 'broken', sentence: cause.sentence }];
  }
}

function pinnedVerdicts(
  { trust }: Pick<ConfigInForce, 'trust'>,
  { peer, peers }: Picture,
): Verdict[] {
  if (trust.length === 0) {
    const sentence =
      'Pinned, but no peer is trusted: this host sees no other. "iwanto trust PEER" admits a peer; "iwanto id" on that host shows its id.';
    return [{ level: 'warning', sentence }];
  }
  const others = peers.filter((one) => one.peer !== peer && !trust.includes(one.peer));
  const who = trust.length === 1 ? 'the peer' : `the ${trust.length} peers`;
  return [
    { level: 'ok', sentence: `Pinned: only ${who} of "iwanto trust" can connect.` },
    ...(others.length === 0
      ? []
      : [
          {
            level: 'warning' as const,
            sentence: `This host does not trust ${countText(others.length, 'member')} here: a trusted peer admits them, so they can find the names and hashes of what is shared here. Keep the same list on every host.`,
          },
        ]),
  ];
}

/** Somebody who wonders why nothing comes from a peer must not have to remember that it is blocked. */
function blockedVerdicts({ block }: Pick<ConfigInForce, 'block'>, { peers }: Picture): Verdict[] {
  const here = peers.filter(({ peer }) => block.includes(peer)).map(({ name }) => name);
  if (here.length === 0) return [];
  const sentence = `Blocked here, so neither asked nor answered: ${here.join(', ')}; "iwanto block PEER --undo" ends that.`;
  return [{ level: 'ok', sentence }];
}

function groupVerdicts(config: ConfigInForce): Verdict[] {
  const group = groupOfMode(config);
  if (!group) return [];
  const { name, key, previous } = group;
  const sentence = `Group ${name} (key ${keyCheck(key)}): only hosts that know its passphrase can connect.`;
  return [
    { level: 'ok', sentence },
    ...(previous === null
      ? []
      : [
          {
            level: 'warning' as const,
            sentence: `The former passphrase of ${name} is still accepted. When every host has the new one, run "iwanto group rotate ${name} --finish" on each.`,
          },
        ]),
  ];
}

/** The mode in a few words; undefined if it cannot be read. */
export async function modeOfHost(): Promise<Pick<ConfigInForce, 'mode' | 'group'> | undefined> {
  const loaded = await readInForce(homePaths()).catch(() => undefined);
  return loaded && { mode: loaded.config.mode, group: loaded.config.group };
}
