/** Offers to others what one download fetches: while it runs, and afterwards. */
import type { Blake3 } from '@iwanto/merkle';
import type { FileHash, Kind } from '@iwanto/wire';
import type { Target } from '../disk/target.js';
import { ContentReader } from '../uploading/content-reader.js';
import { HeldContent } from '../uploading/held-content.js';
import type { Holdings } from '../uploading/holdings.js';
import type { Kept } from '../uploading/kept.js';
import { packManifests } from '../uploading/packed-manifests.js';
import type { ContentFetch } from './content-fetch.js';
import type { Spot } from './spot.js';

export interface OfferingTools {
  readonly blake3: Blake3;
  /** What others may fetch from here. */
  readonly holdings: Holdings;
  /** Contents that were fetched and are served to others. */
  readonly kept: Pick<Kept, 'keep' | 'forget'>;
  /** Whether what is fetched is given to others. */
  readonly serves: boolean;
}

interface Offered {
  readonly root: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: number;
  /** Serve it to others when it is complete. */
  readonly reseed: boolean;
  /** Only members of a group have it: it is not offered, because whatever is offered is announced. */
  readonly ofGroup: boolean;
  /** Of a directory, only a part is fetched. */
  readonly only: string | null;
}

export class Offering {
  /** The manifests of the download's directories, as they arrive. */
  readonly manifests = new Map<FileHash, Uint8Array>();

  constructor(
    private readonly spec: Offered,
    private readonly tools: OfferingTools,
  ) {}

  /** What is there is served to others while the rest is fetched. */
  begin(fetching: ContentFetch, target: Target): void {
    const { root, kind, name, bytes } = this.spec;
    const { blake3, holdings, serves } = this.tools;
    // A download of a part numbers its pieces differently: it can be of no use to others.
    if (!serves || this.spec.only !== null || this.spec.ofGroup) return;
    const { units, log } = fetching;
    const path = () => target.temporaryPath;
    const digestsOf = (unit: number) => fetching.digestsOf(unit);
    const reader = new ContentReader({ kind, units, blake3, path, digestsOf });
    const as = { root, kind, name, bytes };
    holdings.addPartial(new HeldContent({ as, units, manifests: this.manifests, reader, log }));
  }

  /** It is complete and has its name: it is served to others, under its root even if the disk lost some attributes. */
  async keep({ target, isFaithful }: Spot, name: string): Promise<void> {
    const { root, kind, bytes, only, reseed } = this.spec;
    if (!reseed || this.spec.ofGroup) return this.tools.kept.forget(root);
    if (!this.tools.serves || only !== null) return;
    const { path, keepsLinks } = target;
    const isOnDisk = kind === 'file' || (isFaithful && keepsLinks);
    const manifests = isOnDisk ? undefined : await packManifests(this.manifests);
    this.tools.kept.keep({ root, kind, name, bytes, path }, manifests);
  }

  /** The download ended, one way or the other. */
  end(): void {
    this.tools.holdings.removePartial(this.spec.root);
  }
}
