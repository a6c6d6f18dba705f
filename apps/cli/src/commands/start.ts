/** `iwanto start`: the three services in the foreground; its options are written into the configuration. */
import {
  LOG_LEVELS,
  type Paths,
  claimHome,
  environmentName,
  holdersOf,
  homePaths,
} from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { becomeSupervisor } from '../become-supervisor.js';
import { commandOf } from '../command.js';
import { prepareConfig } from '../prepare.js';

export const command = commandOf({
  options: (words) =>
    words
      .option('share', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'Share this folder too',
      })
      .option('download-dir', {
        type: 'string',
        requiresArg: true,
        describe: 'Downloads go into this folder',
      })
      .option('interface', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'Use only this network interface',
      })
      .option('map-ports', {
        type: 'boolean',
        describe: 'Make the router forward the ports to this host; or --no-map-ports',
      })
      .option('log-level', {
        choices: LOG_LEVELS,
        describe: 'Log level of the services for this run',
      })
      .example('iwanto start', 'With what the configuration says; created on first run')
      .example('iwanto start --share ~/music --share ~/films', 'Remembered for the next time')
      .example('IWANT_HOME=/tmp/a iwanto start --interface lo', 'A second peer on this host')
      .epilogue(
        'Ctrl-C or "iwanto stop" ends it. Exit codes: 0 stopped, 2 bad option or configuration.',
      ),
  run: async ({ share, downloadDir, interface: interfaces, mapPorts, logLevel, json }) => {
    if (logLevel !== undefined) process.env[environmentName('logLevel')] = logLevel;
    const { lock, paths } = await claimHome(homePaths(), 'start');
    try {
      await refuseRunning(paths);
      await prepareConfig(paths, { share, downloadDir, interfaces, mapPorts });
      return becomeSupervisor({ lock, json });
    } catch (cause) {
      await lock.release();
      throw cause;
    }
  },
});

/** A service of an earlier start may still be ending: it gets the time that a stop takes. */
const ENDING_LIMIT_MS = 2_000;
const LOOK_AGAIN_MS = 50;

/** A service that runs alone already, under pm2 or systemd: two may not share a home. */
async function refuseRunning(paths: Paths): Promise<void> {
  const deadlineMs = performance.now() + ENDING_LIMIT_MS;
  for (;;) {
    const running = holdersOf(paths).filter(({ name }) => name !== 'start');
    if (running.length === 0) return;
    if (performance.now() > deadlineMs) throw alreadyRunning(running);
    await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
  }
}

function alreadyRunning(running: readonly { name: string; pid: number }[]): Failure {
  const who = running.map(({ name, pid }) => `${name} as process ${pid}`).join(', ');
  return new Failure(
    'E_ALREADY_RUNNING',
    `Services of this home are already running (${who}); stop them first with "iwanto stop".`,
  );
}
