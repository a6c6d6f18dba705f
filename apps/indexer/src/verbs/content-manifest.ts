/** `content.manifest`: the bytes of the manifest of a shared directory. */
import { BUS_BYTES_MAX, type Handler, type Verbs } from '@iwanto/bus';
import { rootBytes } from '@iwanto/merkle';
import { Failure } from '@iwanto/wire';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type OnShelves, nothingOnShelves } from '../groups/on-shelf.js';

export const contentManifest =
  (
    catalogue: Catalogue,
    onShelf: OnShelves = nothingOnShelves,
  ): Handler<Verbs, 'content.manifest'> =>
  async ({ hash, offset }) => {
    const isShared = catalogue.read.hasRoot(rootBytes(hash));
    const shared = isShared ? { catalogue, hash } : onShelf(hash);
    const found = shared?.catalogue.manifest(shared.hash, offset, BUS_BYTES_MAX);
    if (found) return found;
    throw new Failure('E_NOT_FOUND', `No directory with the hash ${hash} is shared here.`);
  };
