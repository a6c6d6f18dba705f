/** How Node is to be started for a service: flags of V8 that must stand on the command line. */
import type { ServiceName } from '@iwanto/bus';

/**
 * Every piece the transfer service moves is memory beside a heap of some 14 MB, and about 16 of them
 * trigger a collection: helper threads and incremental marking then cost more than marking at once.
 * Measured on 1 GiB: 2.6 instead of 4.2 CPU seconds a GB for the downloader, 1.9 instead of 2.9 for the
 * source. Set while running, these flags abort V8 (Node 20); NODE_OPTIONS does not take them.
 */
const MANY_BUFFERS = ['--single-threaded-gc', '--no-incremental-marking'];

/** What stands between `node` and the program of a service. */
export function nodeFlags(service: ServiceName): readonly string[] {
  return service === 'transfer' ? MANY_BUFFERS : [];
}
