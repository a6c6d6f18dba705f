/** The transfer service: the bytes. Everything it is made of is in service.ts. */
import { type ConfigInForce, admission, runService } from '@iwanto/service';
import { collectSeldom } from './collections.js';
import { startTransfer } from './service.js';

const fixedBy = (config: ConfigInForce) => [
  config.interfaces,
  config.ports.transfer,
  admission(config),
  config.groups,
];

collectSeldom();
await runService({ service: 'transfer', fixedBy, start: startTransfer });
