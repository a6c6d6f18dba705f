/** The transfer service: the bytes. Everything it is made of stands in service.ts. */
import { type Config, pinnedPeers, runService } from '@iwanto/service';
import { startTransfer } from './service.js';

const fixedBy = (config: Config) => [config.interfaces, config.ports.transfer, pinnedPeers(config)];

await runService({ service: 'transfer', fixedBy, start: startTransfer });
