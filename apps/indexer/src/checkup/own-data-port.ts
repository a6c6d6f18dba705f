/** Where this host sends pieces from: a port that only its transfer service knows. */
import type { Bus } from '@iwanto/bus';

/** Undefined while the transfer service does not run. */
export const ownDataPort = (bus: Pick<Bus, 'call'>): Promise<number | undefined> =>
  bus.call('ways.get', {}).then(
    ({ dataPort }) => dataPort,
    () => undefined,
  );
