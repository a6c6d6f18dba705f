/** The transfer service: the bytes. Everything it is made of stands in service.ts. */
import { runService } from '@iwanto/service';
import { startTransfer } from './service.js';

await runService({ service: 'transfer', start: startTransfer });
