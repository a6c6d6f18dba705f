// pm2 start tools/pm2/ecosystem.config.cjs: the three services one by one, each restarted alone.
const path = require('node:path');

const program = path.resolve(__dirname, '../../apps/cli/bin/iwanto.js');

/** Flags that must precede the program; libs/service/src/node-flags.ts gives the reasons. */
const LITTLE_GARBAGE = ['--single-threaded-gc', '--v8-pool-size=1', '--max-semi-space-size=1'];
const NODE_FLAGS = {
  election: [
    ...LITTLE_GARBAGE,
    '--optimize-for-size',
    '--no-maglev',
    '--invocation-count-for-turbofan=100000',
  ],
  indexer: [...LITTLE_GARBAGE, '--optimize-for-size'],
  transfer: [...LITTLE_GARBAGE, '--no-incremental-marking'],
};

/** The same file gives the reasons for these, too. */
const FEW_ARENAS = { MALLOC_ARENA_MAX: '2' };
const ENVIRONMENT = {
  election: FEW_ARENAS,
  indexer: { ...FEW_ARENAS, MALLOC_MMAP_THRESHOLD_: '32768' },
  transfer: FEW_ARENAS,
};

/** pm2 calls a death by a signal exit code 0: an orderly end needs a code of its own to be told apart. */
const STOPPED = 20;

module.exports = {
  apps: Object.entries(NODE_FLAGS).map(([service, flags]) => ({
    name: `iwanto-${service}`,
    script: program,
    args: service,
    node_args: flags,
    env: { ...ENVIRONMENT[service], IWANT_STOPPED_CODE: String(STOPPED) },
    // A service says "ready" when it answers on the bus, and ends within 2 s when asked to.
    wait_ready: true,
    listen_timeout: 15_000,
    kill_timeout: 2_500,
    // "Asked to stop" and 2, "this configuration cannot work", are not helped by a restart.
    stop_exit_codes: [STOPPED, 2],
    exp_backoff_restart_delay: 1_000,
    max_restarts: 1_000,
  })),
};
