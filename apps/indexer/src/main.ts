/** The indexer service: what exists. */
import { type Config, runService } from '@iwanto/service';
import { startIndexer } from './service.js';

const fixedBy = ({ interfaces, ports, settleMs }: Config) => [interfaces, ports.indexer, settleMs];

await runService({ service: 'indexer', fixedBy, start: startIndexer });
