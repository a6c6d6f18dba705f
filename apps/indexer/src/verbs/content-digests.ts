/** `content.digests`: piece digests of a shared file. */
import type { Handler, Verbs } from '@iwanto/bus';
import { DIGEST_BYTES, rootBytes } from '@iwanto/merkle';
import { Failure } from '@iwanto/wire';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type OnShelves, nothingOnShelves } from '../groups/on-shelf.js';

export const contentDigests =
  (
    catalogue: Catalogue,
    onShelf: OnShelves = nothingOnShelves,
  ): Handler<Verbs, 'content.digests'> =>
  async ({ hash, first, count }) => {
    const isShared = catalogue.read.hasRoot(rootBytes(hash));
    const found = isShared ? { catalogue, hash } : onShelf(hash);
    const digests = found?.catalogue.digests(found.hash, first, count);
    if (!digests) throw new Failure('E_NOT_FOUND', `No file with the hash ${hash} is shared here.`);
    if (digests.length !== count * DIGEST_BYTES) {
      throw new Failure('E_RANGE', `${hash} has no pieces ${first} to ${first + count - 1}.`);
    }
    return { digests };
  };
