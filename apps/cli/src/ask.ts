/** The way to the services of this host: one bus for the length of a command. */
import { type Bus, openBus } from '@iwanto/bus';
import { homePaths } from '@iwanto/service';

/** A service that runs is connected in a few ms; one that does not is told within a second (HOSTILE 31). */
const CONNECT_LIMIT_MS = 400;

/** Does `work` with an open bus and closes it whatever happens. */
export async function withBus<T>(work: (bus: Bus) => Promise<T>): Promise<T> {
  const bus = await openBus({ runDir: homePaths().runDir, connectLimitMs: CONNECT_LIMIT_MS });
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}
