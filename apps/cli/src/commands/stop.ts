/** `iwanto stop`: asks each service to end in order, and waits until it has. */
import { type Bus, SERVICES, type ServiceName } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { jsonLine, say } from '../print.js';

/** Services end within 2 s; a busy machine gets some more. */
const STOP_LIMIT_MS = 5_000;
const ASK_AGAIN_MS = 50;

export const command = commandOf({
  options: (words) =>
    words
      .example('iwanto stop', 'End the services, whoever started them')
      .epilogue('Downloads go on at the next start. Exit codes: 0 stopped, 4 nothing was running.'),
  run: async ({ json }) => {
    const stopped = await withBus(stopAll);
    if (stopped.length === 0) {
      throw new Failure('E_NOT_RUNNING', 'No service is running here; there is nothing to stop.');
    }
    say(json ? jsonLine({ stopped }) : `stopped: ${stopped.join(', ')}`);
    return EXIT.done;
  },
});

/** The services that were running and are not any more. */
async function stopAll(bus: Bus): Promise<ServiceName[]> {
  const asked = await Promise.all(SERVICES.map((service) => stopOne(bus, service)));
  return SERVICES.filter((_, at) => asked[at]);
}

async function stopOne(bus: Bus, service: ServiceName): Promise<boolean> {
  if (!(await answers(() => bus.call(`${service}.stop`, {})))) return false;
  const deadlineMs = performance.now() + STOP_LIMIT_MS;
  while (await answers(() => bus.call(`${service}.status`, {}, { limitMs: ASK_AGAIN_MS }))) {
    if (performance.now() > deadlineMs) {
      throw new Failure(
        'E_TIMEOUT',
        `The ${service} service has not ended within ${STOP_LIMIT_MS / 1000} s; look at its log or kill it.`,
      );
    }
    await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
  }
  return true;
}

/** False when nobody is there to answer; a slow answer counts as one. */
async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (cause) {
    if (cause instanceof Failure && cause.code === 'E_NOT_RUNNING') return false;
    if (cause instanceof Failure && cause.code === 'E_TIMEOUT') return true;
    throw cause;
  }
}
