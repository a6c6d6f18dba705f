/** `own` between hosts: whether this host itself has a content, for peers that do not trust the leader. */
import type { Handler } from '@iwanto/bus';
import type { FileHash, OwnContent, PeerVerbs } from '@iwanto/wire';

/** The source of what this host has: the catalogue. */
export interface Owning {
  ownContent(hash: FileHash): OwnContent | undefined;
}

export const own =
  (owning: Owning): Handler<PeerVerbs, 'own'> =>
  ({ hash }) => ({ content: owning.ownContent(hash) ?? null });
