/** What pinned mode means for this host, in words: who is let in, and who sees more than that. */
import { type Config, homePaths, loadConfig } from '@iwanto/service';
import { type Picture } from './picture.js';
import { countText } from './print.js';
import type { Verdict } from './verdicts.js';

/** Nothing where everybody may come, and where the configuration cannot be read: then no service runs with it. */
export async function pinnedVerdicts(picture: Picture): Promise<Verdict[]> {
  const loaded = await loadConfig(homePaths()).catch(() => undefined);
  return loaded?.config.mode === 'pinned' ? verdictsOf(loaded.config, picture) : [];
}

function verdictsOf({ trust }: Pick<Config, 'trust'>, { peer, peers }: Picture): Verdict[] {
  if (trust.length === 0) {
    const sentence =
      'Pinned, and nobody is trusted: this host sees no other. "iwanto trust PEER" lets one in; its id is what "iwanto id" says there.';
    return [{ level: 'warning', sentence }];
  }
  const others = peers.filter((one) => one.peer !== peer && !trust.includes(one.peer));
  const who = trust.length === 1 ? 'the peer' : `the ${trust.length} peers`;
  return [
    { level: 'ok', sentence: `Pinned: only ${who} of "iwanto trust" may come near.` },
    ...(others.length === 0
      ? []
      : [
          {
            level: 'warning' as const,
            sentence: `${countText(others.length, 'member')} here that this host does not trust: a peer that it trusts lets them in, and so they can find the names and hashes of what is shared here. Keep the same list on every host.`,
          },
        ]),
  ];
}
