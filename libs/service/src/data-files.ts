/** What a peer keeps in its data directory, by name. All writers take the names from here, and so does `uninstall`. */
import { join } from 'node:path';
import type { Paths } from './paths.js';

export const DATA_FILES = {
  catalogue: 'catalogue.sqlite',
  transfers: 'transfer.db',
  history: 'history.ndjson',
  wants: 'wants.json',
  /** A directory: what departed peers were sharing. */
  leftPeers: 'left',
  rememberedPeers: 'remembered-peers.json',
  knownNames: 'known-names.json',
  hostsToWake: 'hosts-to-wake.json',
  shownResults: 'shown.json',
  hashes: 'hashes.txt',
} as const;

export type DataFile = keyof typeof DATA_FILES;

type DataPaths = Pick<Paths, 'dataDir'>;

/** The path of one file of a peer's data. */
export const dataFile = ({ dataDir }: DataPaths, file: DataFile): string =>
  join(dataDir, DATA_FILES[file]);

/** What is shared with a group has a catalogue of its own. `group` fits `groupNameFrom`. */
export const groupCatalogueFile = ({ dataDir }: DataPaths, group: string): string =>
  join(dataDir, `group-${group}.sqlite`);
