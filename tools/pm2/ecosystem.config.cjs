// pm2 start tools/pm2/ecosystem.config.cjs: the three services one by one, each restarted alone.
const path = require('node:path');

const program = path.resolve(__dirname, '../../apps/cli/bin/iwanto.js');

module.exports = {
  apps: ['election', 'indexer', 'transfer'].map((service) => ({
    name: `iwanto-${service}`,
    script: program,
    args: service,
    // A service says "ready" when it answers on the bus, and ends within 2 s when asked to.
    wait_ready: true,
    listen_timeout: 15_000,
    kill_timeout: 2_500,
    // Exit code 0 means "asked to stop" and 2 "this configuration cannot work": neither is helped by a restart.
    stop_exit_codes: [0, 2],
    exp_backoff_restart_delay: 1_000,
    max_restarts: 1_000,
  })),
};
