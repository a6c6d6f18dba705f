/** `holders` on the bus: the leader's tracker says which contents the LAN holds. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { FileHash, HoldersAnswer } from '@iwanto/wire';
import type { LeaderLine } from '../tracking/leader-line.js';
import type { TrustedPeers } from '../tracking/trusted-peers.js';

export interface HoldersOptions {
  readonly line: Pick<LeaderLine, 'ask'>;
  readonly trusted: TrustedPeers;
}

type Contents = HoldersAnswer['contents'];

export const holders =
  ({ line, trusted }: HoldersOptions): Handler<Verbs, 'holders'> =>
  async ({ hashes }) => {
    const { contents } = await line.ask('holders', { hashes });
    const cut = contents.filter(({ count, peers }) => count > peers.length);
    const first = cut.length === 0 ? [] : trusted.present();
    if (first.length === 0) return { contents };
    const again = await namedFirst(line, first, cut);
    return { contents: contents.map((content) => again.get(content.hash) ?? content) };
  };

/** The same contents, with trusted peers before others (HOSTILE 242). */
async function namedFirst(
  line: HoldersOptions['line'],
  first: HoldersAnswer['contents'][number]['peers'],
  cut: Contents,
): Promise<Map<FileHash, Contents[number]>> {
  const hashes = cut.map(({ hash }) => hash);
  const { contents } = await line.ask('holders', { hashes, first });
  return new Map(contents.map((content) => [content.hash, content]));
}
