/** The transfer service: the bytes. Everything it is made of stands in service.ts. */
import { type Config, pinnedPeers, runService } from '@iwanto/service';
import { collectSeldom } from './collections.js';
import { startTransfer } from './service.js';

const fixedBy = (config: Config) => [config.interfaces, config.ports.transfer, pinnedPeers(config)];

collectSeldom();
await runService({ service: 'transfer', fixedBy, start: startTransfer });
