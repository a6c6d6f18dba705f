/** `content.manifest`: the bytes of the manifest of a shared directory. */
import { BUS_BYTES_MAX, type Handler, type Verbs } from '@iwanto/bus';
import { rootBytes } from '@iwanto/merkle';
import { Failure } from '@iwanto/wire';
import type { Catalogue } from '../catalogue/catalogue.js';

export const contentManifest =
  (catalogue: Catalogue): Handler<Verbs, 'content.manifest'> =>
  async ({ hash, offset }) => {
    const isShared = catalogue.read.hasRoot(rootBytes(hash));
    const found = isShared ? catalogue.manifest(hash, offset, BUS_BYTES_MAX) : undefined;
    if (found) return found;
    throw new Failure('E_NOT_FOUND', `No directory with the hash ${hash} is shared here.`);
  };
