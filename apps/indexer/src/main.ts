/** The indexer service: what exists. */
import { type Config, pinnedPeers, runService } from '@iwanto/service';
import { startIndexer } from './service.js';

const fixedBy = (config: Config) => [
  config.interfaces,
  config.ports.indexer,
  config.settleMs,
  pinnedPeers(config),
];

await runService({ service: 'indexer', fixedBy, start: startIndexer });
