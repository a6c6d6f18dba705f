/** The transfer service: the bytes. Everything it is made of stands in service.ts. */
import { type Config, runService } from '@iwanto/service';
import { collectSeldom } from './collections.js';
import { startTransfer } from './service.js';

const fixedBy = ({ interfaces, ports }: Config) => [interfaces, ports.transfer];

collectSeldom();
await runService({ service: 'transfer', fixedBy, start: startTransfer });
