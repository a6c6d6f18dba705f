/** The life of one service: config, keys, lock, bus, start, ready, signals, ordered stop. */
import { type Bus, type Handlers, type ServiceName, type VerbsOf, openBus } from '@iwanto/bus';
import { Failure, reasonOf, stackOf } from '@iwanto/wire';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { loadIdentity } from './identity.js';
import { descriptorLimit, descriptorWarning } from './descriptors.js';
import { giveBackAtRest, giveBackMemory } from './give-back.js';
import { claimHome } from './home.js';
import { loadInForce } from './in-force.js';
import { Life } from './life.js';
import type { Lock } from './lock.js';
import { type Log, closeLog, openLog } from './log.js';
import { homePaths } from './paths.js';
import type { ServiceDefinition } from './service-definition.js';
import { type ServiceState, statusHandlers } from './status.js';
import { Terminal, announceEnd, announceReady } from './supervisors.js';

/** How long a stop may take before the process ends anyway: within the 2 s that supervisors grant. */
const STOP_LIMIT_MS = 1_500;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Runs a service until it is asked to stop; a start that fails prints one sentence and sets the exit code. */
export async function runService<S extends ServiceName>(
  definition: ServiceDefinition<S>,
): Promise<void> {
  const opened: Opened = {};
  const started = startService(definition, opened);
  opened.started = started.catch(() => undefined);
  try {
    await started;
  } catch (cause) {
    // The stop that came in the middle of the start ends the process in order.
    if (opened.isStopping) return;
    const sentence = reasonOf(cause);
    // An open log writes errors to stderr too: the user reads the sentence once.
    if (opened.log) opened.log.error(sentence, { stack: stackOf(cause) });
    else process.stderr.write(`${definition.service}: error: ${sentence}\n`);
    process.exitCode = cause instanceof Failure ? exitCodeOf(cause.code) : EXIT.unexpected;
    announceEnd(process.exitCode);
    await closeAll(opened);
    exit();
  }
}

/** What a stop has to close, in the order of opening. */
interface Opened {
  log?: Log;
  lock?: Lock;
  bus?: Bus;
  running?: { stop(): Promise<void> };
  isStopping?: true;
  /** Resolves when the start is over, in whatever way. */
  started?: Promise<void>;
}

async function startService<S extends ServiceName>(
  definition: ServiceDefinition<S>,
  opened: Opened,
): Promise<void> {
  const { service } = definition;
  const { lock, paths } = await claimHome(homePaths(), service);
  opened.lock = lock;
  // A service that runs for years must not keep the folder in use in which somebody once typed a command.
  process.chdir(paths.dataDir);
  const few = descriptorWarning(descriptorLimit());
  const { config, warnings } = await loadInForce(paths);
  const identity = await loadIdentity(paths);
  const log = (opened.log = await openLog(service, paths.logDir, config.logLevel));
  for (const warning of few === undefined ? warnings : [few, ...warnings]) log.warn(warning);
  const bus = (opened.bus = await openBus({
    runDir: paths.runDir,
    onTrouble: (sentence) => log.warn(sentence),
  }));
  const stop = stopOnce(service, opened);
  const state: ServiceState = { service, identity, bus, ready: false };
  const status = statusHandlers(state, stop);
  const base = { paths, identity, log, bus, statusChanged: status.changed };
  const life = new Life(definition, base, config);
  const reload = async () => life.reload((await loadInForce(paths)).config);
  // Before anything is started: whoever waits for "ready" may send a signal at that very moment.
  listenToTheSystem({ log, stop, reload });
  opened.running = life;
  // The election must not block later: others would take over.
  if (service === 'election') giveBackMemory();
  await life.begin();
  if (opened.isStopping) return;
  state.life = life;
  const handlers: object = {
    ...life.handlers(),
    ...status.handlers,
    [`${service}.reload`]: reload,
  };
  await bus.serve(service, handlers as Handlers<VerbsOf<S>>);
  state.ready = true;
  status.changed();
  life.ready();
  log.info(`ready on port ${life.port()}`);
  announceReady((sentence) => log.warn(sentence));
  if (service !== 'election') giveBackAtRest();
}

interface SystemListener {
  readonly log: Log;
  readonly stop: (why: string) => void;
  readonly reload: () => Promise<unknown>;
}

function listenToTheSystem({ log, stop, reload }: SystemListener): void {
  for (const signal of STOP_SIGNALS) process.on(signal, () => stop(signal));
  const terminal = new Terminal();
  process.on('SIGHUP', () => {
    if (terminal.isGone()) return stop('its terminal was closed');
    reload().catch((cause: unknown) => log.warn(`Not reloaded: ${reasonOf(cause)}`));
  });
  process.on('disconnect', () => stop('the supervisor went away'));
  process.on('unhandledRejection', (cause) => log.error('unhandled rejection', { cause }));
  process.on('uncaughtException', (cause) => {
    log.error(`uncaught exception: ${reasonOf(cause)}`, { stack: stackOf(cause) });
    process.exitCode = EXIT.unexpected;
    stop('an uncaught exception');
  });
}

function stopOnce(service: ServiceName, opened: Opened): (why: string) => void {
  return (why) => {
    if (opened.isStopping) return;
    opened.isStopping = true;
    opened.log?.info(`${service} stops: ${why}`);
    const exitCode = (process.exitCode ??= orderlyExitCode());
    announceEnd(Number(exitCode));
    void closeAll(opened).finally(exit);
  };
}

/**
 * V8 has waited for ever for its own compiler in here. From now on a signal ends the process without its help, so a
 * second Ctrl-C is enough if nobody supervises it.
 */
function exit(): never {
  for (const signal of STOP_SIGNALS) process.removeAllListeners(signal);
  process.exit();
}

/** pm2 reports a death by a signal as 0: under pm2 an orderly end has a code of its own, which this variable gives. */
const orderlyExitCode = (): number =>
  process.env['IWANT_STOPPED_CODE'] === String(EXIT.stopped) ? EXIT.stopped : EXIT.done;

/** Closes what was opened, the last first; what does not end within the limit is left behind. */
async function closeAll(opened: Opened): Promise<void> {
  const closing = async () => {
    // A socket that is closed while it is bound may end the process.
    await opened.started;
    await opened.running?.stop();
    await opened.bus?.close();
  };
  await within(STOP_LIMIT_MS, closing()).catch((cause: unknown) =>
    opened.log?.error(`The shutdown was not clean: ${reasonOf(cause)}`),
  );
  await opened.lock?.release();
  if (opened.log) await closeLog(opened.log);
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`it took more than ${limitMs} ms`)), limitMs);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
