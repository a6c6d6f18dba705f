/** The request for a download, and what it works with. */
import type { Download as DownloadView } from '@iwanto/bus';
import type { TransferStore } from '@iwanto/store';
import type { FileHash, Holder, Kind, PeerId } from '@iwanto/wire';
import type { InMemory } from './content-fetch.js';
import type { FinderOptions } from './finder.js';
import type { SharedAt } from './here.js';
import type { OfferingTools } from './offering.js';
import type { Pace } from '../pace.js';
import type { Liars } from '../sources/liars.js';
import type { Lines } from '../sources/lines.js';

/** What a user asks for. */
export interface StartQuestion {
  /** A whole hash or a prefix of one. */
  readonly hash: string;
  readonly to?: string | undefined;
  readonly as?: string | undefined;
  readonly overwrite: boolean;
  readonly rename?: boolean;
  readonly confirmed?: boolean;
  readonly only?: string | undefined;
  readonly bytesPerSecondMax?: number | undefined;
  readonly reseed?: boolean;
}

/** What it comes to. */
export interface DownloadSpec {
  readonly root: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: number;
  /** The real path of the folder it goes to. */
  readonly folder: string;
  readonly overwrite: boolean;
  readonly rename: boolean;
  /** The user agreed to its size. */
  readonly confirmed: boolean;
  /** Of a directory, only files that fit this pattern. */
  readonly only: string | null;
  readonly bytesPerSecondMax: number | null;
  /** What an earlier run had of it, as recorded: shown until it is checked. */
  readonly bytesBefore: number;
  /** Serve it to others when it is complete. */
  readonly reseed: boolean;
  /** Only members of a group have it. */
  readonly ofGroup: boolean;
  readonly holders: readonly Holder[];
  /** An unfinished download of other content that had the same name: its data may be of use. */
  readonly adopts?: FileHash | undefined;
}

export interface DownloadTools extends OfferingTools {
  readonly bus: FinderOptions['bus'];
  readonly lines: Lines;
  readonly journal: TransferStore;
  readonly isAllowed: (holder: Holder) => boolean;
  /** Preferred before others. */
  readonly isTrusted: (peer: PeerId) => boolean;
  readonly liars: Liars;
  /** Who relays between this host and that peer, if anybody does. */
  readonly relayTo?: (peer: PeerId) => PeerId | undefined;
  /** Where a file of this content is shared on this host. */
  readonly sharedAt: SharedAt;
  /** Whether a download of other content will take this path. */
  readonly isReserved: (path: string, root: FileHash) => boolean;
  readonly nowMs: () => number;
  readonly tell: (view: DownloadView) => void;
  readonly onTrouble: (sentence: string) => void;
  /** What is being read here at the moment need not be fetched again. */
  readonly inMemory: InMemory;
  /** Where these peers can be reached, as far as this host knows them itself. */
  readonly holdersOf: (peers: readonly PeerId[]) => Holder[];
  /** The limit on all downloads together. */
  readonly pace: Pace;
  /** How long a download waits for a source before it gives up, in ms. */
  readonly noSourceLimitMs: number;
}
