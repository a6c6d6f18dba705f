/** The way to the services of this host: one bus for the length of a command. */
import { type Bus, openBus } from '@iwanto/bus';
import { homePaths } from '@iwanto/service';
import { z } from 'zod';

// Compiling a schema takes longer than checking the few answers of a command.
z.config({ jitless: true });

/** Does `work` with an open bus and closes it whatever happens. */
export async function withBus<T>(work: (bus: Bus) => Promise<T>): Promise<T> {
  const bus = await openBus({ runDir: homePaths().runDir, impatient: true });
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}
