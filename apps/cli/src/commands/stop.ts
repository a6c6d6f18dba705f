/** `iwanto stop`: asks each service to end in order, and waits until no process of this home is left. */
import { type Bus, SERVICES } from '@iwanto/bus';
import { EXIT, type HomeProcess, type Paths, holdersOf, homePaths } from '@iwanto/service';
import { Failure, codeOf } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { jsonLine, say } from '../print.js';

/** Services end within 2 s; a busy machine gets some more. */
const STOP_LIMIT_MS = 6_000;
const LOOK_AGAIN_MS = 50;

interface Holder {
  readonly name: HomeProcess;
  readonly pid: number;
}

export const command = commandOf({
  options: (words) =>
    words
      .example('iwanto stop', 'Stop the services, however they were started')
      .epilogue(
        'Downloads resume at the next start. Exit codes: 0 stopped, 4 nothing was running.',
      ),
  run: async ({ json }) => {
    const paths = homePaths();
    const running = holdersOf(paths);
    const answered = await withBus(askAll);
    for (const holder of running) endDirectly(holder, answered);
    const stopped = SERVICES.filter(
      (service) => answered.has(service) || running.some(({ name }) => name === service),
    );
    if (stopped.length === 0 && running.length === 0) {
      throw new Failure('E_NOT_RUNNING', 'No service is running here; there is nothing to stop.');
    }
    await allGone(paths, answered);
    say(json ? jsonLine({ stopped }) : `stopped: ${stopped.join(', ') || 'start'}`);
    return EXIT.done;
  },
});

/** The services that accepted the request to stop. */
async function askAll(bus: Bus): Promise<Set<HomeProcess>> {
  const asked = await Promise.all(
    SERVICES.map((service) => answers(bus.call(`${service}.stop`, {}))),
  );
  return new Set(SERVICES.filter((_, at) => asked[at]));
}

/** The supervisor, which would start again what died, and a service that does not answer get a signal. */
function endDirectly({ name, pid }: Holder, answered: ReadonlySet<HomeProcess>): void {
  if (answered.has(name)) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ESRCH') return;
    throw new Failure('E_BAD_PATH', `Process ${pid} (${name}) cannot be stopped (${code}).`);
  }
}

/** Resolves when no process of the home is left; a process of another container shows only on the bus. */
async function allGone(paths: Paths, answered: ReadonlySet<HomeProcess>): Promise<void> {
  const deadlineMs = performance.now() + STOP_LIMIT_MS;
  for (;;) {
    const left = holdersOf(paths).map(({ name, pid }) => `${name} (process ${pid})`);
    if (left.length === 0) left.push(...(await stillAnswering(answered)));
    if (left.length === 0) return;
    if (performance.now() > deadlineMs) {
      throw new Failure(
        'E_TIMEOUT',
        `Still running after ${STOP_LIMIT_MS / 1000} s: ${left.join(', ')}. See "iwanto log", or kill it.`,
      );
    }
    await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
  }
}

const stillAnswering = (answered: ReadonlySet<HomeProcess>): Promise<string[]> =>
  withBus(async (bus) => {
    const asked = SERVICES.filter((service) => answered.has(service));
    const there = await Promise.all(
      asked.map((service) => answers(bus.call(`${service}.status`, {}, { limitMs: 1_000 }))),
    );
    return asked.filter((_, at) => there[at]);
  });

/** False when nobody accepted the request. */
async function answers(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (cause) {
    if (cause instanceof Failure && ['E_NOT_RUNNING', 'E_TIMEOUT'].includes(cause.code)) {
      return false;
    }
    throw cause;
  }
}
