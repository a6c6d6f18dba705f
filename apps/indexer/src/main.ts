/** The indexer service: what exists. */
import { runService } from '@iwanto/service';
import { startIndexer } from './service.js';

await runService({ service: 'indexer', start: startIndexer });
