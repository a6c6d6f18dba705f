/** How to start Node for a service: flags of V8 that must be on the command line, and the environment. */
import type { ServiceName } from '@iwanto/bus';

/**
 * Every piece the transfer service moves is memory beside a heap of some 14 MB, and about 16 of them
 * trigger a collection: helper threads and incremental marking then cost more than marking in one go.
 * Measured on 1 GiB: 2.6 instead of 4.2 CPU seconds a GB for the downloader, 1.9 instead of 2.9 for the
 * source. Set while running, these flags abort V8 (Node 20); NODE_OPTIONS does not take them.
 */
const MANY_BUFFERS = ['--no-incremental-marking'];

/**
 * A service has little garbage: one thread collects it without waking four others, and a small young
 * generation keeps what is short-lived out of memory that is never given back.
 */
const LITTLE_GARBAGE = ['--single-threaded-gc', '--v8-pool-size=1', '--max-semi-space-size=1'];

/**
 * A look at a directory of 200,000 files makes garbage faster than V8 looks for it: by itself it lets a heap
 * of 60 MB grow to 280 before it collects, and the memory stays with the process (docs/decisions.md).
 */
const MANY_ROWS = ['--optimize-for-size'];

/**
 * V8 compiles what runs often twice, for a speed that the election has no use for: without the first of the two
 * compilers, and with a heap that grows slowly, it keeps less. With three datagrams per second, functions become
 * hot one by one for an hour; the second compiler, a thread of its own, waits until one really is.
 */
const FEW_CYCLES = ['--optimize-for-size', '--no-maglev', '--invocation-count-for-turbofan=100000'];

const FLAGS: Record<ServiceName, readonly string[]> = {
  election: [...LITTLE_GARBAGE, ...FEW_CYCLES],
  indexer: [...LITTLE_GARBAGE, ...MANY_ROWS],
  transfer: [...LITTLE_GARBAGE, ...MANY_BUFFERS],
};

/** The same for the process that starts the services again when they die. */
export const SUPERVISOR_FLAGS = LITTLE_GARBAGE;

/** What comes between `node` and the program of a service. */
export const nodeFlags = (service: ServiceName): readonly string[] => FLAGS[service];

/** With an arena for each thread, glibc keeps several times the memory that a service uses. */
const FEW_ARENAS = { MALLOC_ARENA_MAX: '2' };

/**
 * What V8 needs while it compiles comes in parts of 32 KiB: mapped one by one, they return to the system when they
 * are free, and otherwise stay between others. Not for the transfer service, which reads into buffers of 64 KiB.
 */
const MAPPED_PARTS = { MALLOC_MMAP_THRESHOLD_: '32768' };

const ENVIRONMENT: Record<ServiceName, Readonly<Record<string, string>>> = {
  election: FEW_ARENAS,
  indexer: { ...FEW_ARENAS, ...MAPPED_PARTS },
  transfer: FEW_ARENAS,
};

/** The variables of a service. */
export const nodeEnvironment = (service: ServiceName): Readonly<Record<string, string>> =>
  ENVIRONMENT[service];
