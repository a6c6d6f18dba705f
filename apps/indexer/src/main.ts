/** The indexer service: what exists. */
import { type ConfigInForce, admission, runService } from '@iwanto/service';
import { startIndexer } from './service.js';

const fixedBy = (config: ConfigInForce) => [
  config.interfaces,
  config.ports.indexer,
  config.settleMs,
  admission(config),
  config.groups,
];

await runService({ service: 'indexer', fixedBy, start: startIndexer });
